-- What a phone paid once too often may be taken back by its bank before we have given it back.

alter table payment.surplus_payments
    add column taken_back_minor_units bigint not null default 0,
    add constraint surplus_payments_taken_back check (
        taken_back_minor_units between 0 and amount_minor_units
        and (status = 'TakenBack') = (taken_back_minor_units = amount_minor_units and status <> 'Sent')),
    drop constraint surplus_payments_status_check,
    add constraint surplus_payments_status_check check (status in ('Due', 'Sent', 'Succeeded', 'Failed', 'TakenBack')),
    drop constraint surplus_payments_ended_at,
    add constraint surplus_payments_ended_at check ((status in ('Succeeded', 'Failed', 'TakenBack')) = (ended_at is not null));
comment on column payment.surplus_payments.taken_back_minor_units is 'What banks took back by disputes that we lost; the rest is given back.';
comment on column payment.surplus_payments.status is 'Of giving it back. Due: nothing sent yet. Sent: ask until known. TakenBack: a bank took all of it.';

create trigger surplus_payments_taken_stay before update on payment.surplus_payments for each row
    when (old.status = 'TakenBack' or new.taken_back_minor_units < old.taken_back_minor_units) execute function payment.refuse_change();

alter table payment.disputes add column surplus_id uuid references payment.surplus_payments (id);
comment on column payment.disputes.surplus_id is 'The payment of a code that is disputed, when it was one too many: the fare stays paid.';

drop trigger disputes_counted on payment.disputes;
create trigger disputes_counted after insert or update of status on payment.disputes for each row
    when (new.surplus_id is null) execute function payment.count_dispute();
drop trigger disputes_keep_amounts on payment.disputes;
create trigger disputes_keep_amounts before update on payment.disputes for each row
    when ((old.order_id, old.attempt_id, old.surplus_id, old.amount_minor_units, old.fee_minor_units, old.currency)
        is distinct from (new.order_id, new.attempt_id, new.surplus_id, new.amount_minor_units, new.fee_minor_units, new.currency))
    execute function payment.refuse_change();

create or replace function payment.note_surplus() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
        values ('charge', new.provider_key, new.provider, new.amount_minor_units, new.currency, 'surplus:' || new.id);
    else
        insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
        values ('refund', new.return_id, new.provider, new.taken_back_minor_units - new.amount_minor_units, new.currency, 'surplus-returned:' || new.id);
    end if;
    return null;
end $$;
