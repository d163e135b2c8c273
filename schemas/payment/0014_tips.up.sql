-- What passengers give their drivers once the ride is paid, by card.

create table payment.tips (
    id                 uuid        primary key,
    order_id           uuid        not null references payment.orders (id),
    ride_id            uuid        not null,
    passenger_id       uuid        not null,
    driver_id          uuid        not null,
    payment_method_id  uuid        not null references payment.payment_methods (id),
    amount_minor_units bigint      not null check (amount_minor_units > 0),
    currency           char(3)     not null,
    status             text        not null check (status in ('Due', 'Sent', 'Succeeded', 'Failed')),
    provider_charge_id text,
    failure_code       text,
    sends              int         not null default 0 check (sends >= 0),
    due_at             timestamptz not null,
    lease              uuid,
    created_at         timestamptz not null,
    ended_at           timestamptz,
    constraint tips_ended_at check ((status in ('Succeeded', 'Failed')) = (ended_at is not null)),
    constraint tips_failure  check ((status = 'Failed') = (failure_code is not null))
);
comment on table  payment.tips        is 'Given after the ride, beside its order. Due: nothing sent yet. Sent: the provider may hold it, ask until known. The id is the provider''s idempotency key.';
comment on column payment.tips.due_at is 'System time. While a worker holds it: when its lease ends and another may take over.';

-- One per ride: who taps twice gives once. What a card refused may be tried again.
create unique index tips_one_per_ride on payment.tips (ride_id) where status <> 'Failed';
create index tips_due                 on payment.tips (due_at) where status in ('Due', 'Sent');
create index tips_of_order            on payment.tips (order_id);

create trigger tips_ended_stay   before update on payment.tips for each row
    when (old.status in ('Succeeded', 'Failed')) execute function payment.refuse_change();
create trigger tips_keep_amounts before update on payment.tips for each row
    when ((old.order_id, old.ride_id, old.passenger_id, old.driver_id, old.payment_method_id, old.amount_minor_units, old.currency)
          is distinct from (new.order_id, new.ride_id, new.passenger_id, new.driver_id, new.payment_method_id, new.amount_minor_units, new.currency))
    execute function payment.refuse_change();
create trigger tips_are_kept     before delete on payment.tips for each row execute function payment.refuse_change();
create trigger tips_no_truncate  before truncate on payment.tips for each statement execute function payment.refuse_change();

create function payment.note_tip() returns trigger language plpgsql as $$
begin
    insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
    select 'charge', new.id, method.provider, new.amount_minor_units, new.currency, 'tip:' || new.id
    from   payment.payment_methods method where method.id = new.payment_method_id;
    return null;
end $$;

create trigger tips_moved after update of status on payment.tips for each row
    when (new.status = 'Succeeded' and old.status <> 'Succeeded') execute function payment.note_tip();
