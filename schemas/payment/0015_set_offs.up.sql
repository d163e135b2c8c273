-- What a lowered fare leaves owed to a passenger whose bank has taken the charge back is not paid out: it makes the loss smaller.

alter table payment.orders
    add column set_off_minor_units bigint not null default 0,
    add constraint orders_set_off_is_money check (set_off_minor_units >= 0);
comment on column payment.orders.set_off_minor_units is 'What was overpaid, and is not refunded because it is set off against lost disputes, as billing was told; never lowered.';

create trigger orders_set_off_grows before update on payment.orders for each row
    when (new.set_off_minor_units < old.set_off_minor_units) execute function payment.refuse_change();

-- The guard behind "given back once": what banks took for good may be set off, and together with the refunds it never exceeds what was paid beyond the fare.
-- Its own lock, and a statement behind it, so that two who come at once see each other.
create function payment.guard_set_off() returns trigger language plpgsql as $$
declare
    ordered uuid;
begin
    if tg_table_name = 'orders' then
        ordered := new.id;
    else
        ordered := new.order_id;
    end if;
    perform from payment.orders where id = ordered for no key update;
    if exists (
        select from payment.orders
        cross  join lateral (
            select coalesce(sum(amount_minor_units), 0) as minor_units
            from   payment.attempts where order_id = orders.id and status = 'Succeeded' and kind <> 'Cash') as paid
        cross  join lateral (
            select coalesce(sum(amount_minor_units), 0) as minor_units
            from   payment.refunds where order_id = orders.id and status <> 'Failed') as returned
        cross  join lateral (
            select coalesce(sum(amount_minor_units), 0) as minor_units
            from   payment.disputes where order_id = orders.id and status = 'Lost' and surplus_id is null) as lost
        where  orders.id = ordered and orders.set_off_minor_units > 0
          and (orders.set_off_minor_units > lost.minor_units
               or orders.set_off_minor_units + returned.minor_units > paid.minor_units - (orders.amount_minor_units - orders.adjusted_minor_units)))
    then
        raise exception 'more of order % is given back and set off than was paid too much', ordered
            using errcode = 'check_violation', constraint = 'orders_set_off_within_overpaid';
    end if;
    return null;
end $$;

create trigger orders_set_off_guarded after update of set_off_minor_units on payment.orders for each row
    when (new.set_off_minor_units > old.set_off_minor_units) execute function payment.guard_set_off();
create trigger refunds_set_off_guarded after insert on payment.refunds for each row execute function payment.guard_set_off();
