-- Wallets: what is in them is billing's to know; here are the method, what is paid into them, and fares that are paid from them.

alter table payment.payment_methods drop constraint payment_methods_kind_check;
alter table payment.payment_methods add constraint payment_methods_kind_check check (kind in ('Card', 'Cash', 'Wallet'));
alter table payment.payment_methods drop constraint payment_methods_provider_check;
alter table payment.payment_methods add constraint payment_methods_provider_check check (provider in ('sandbox', 'stripe', 'driver', 'billing'));
alter table payment.payment_methods
    add column rest_method_id uuid references payment.payment_methods (id),
    add constraint payment_methods_rest_of_wallets check (rest_method_id is null or kind = 'Wallet');
comment on column payment.payment_methods.provider       is 'Who moves the money: a payment provider, the driver who takes cash, or billing, which keeps wallets.';
comment on column payment.payment_methods.rest_method_id is 'Of a wallet: the card that pays what it does not hold; null when the wallet pays all or nothing.';

create unique index payment_methods_one_wallet on payment.payment_methods (passenger_id) where kind = 'Wallet' and removed_at is null;

alter table payment.orders drop constraint orders_kind_check;
alter table payment.orders add constraint orders_kind_check check (kind in ('Card', 'Cash', 'Wallet'));
alter table payment.attempts drop constraint attempts_kind_check;
alter table payment.attempts add constraint attempts_kind_check check (kind in ('Card', 'Cash', 'Wallet'));

create table payment.top_ups (
    id                 uuid        primary key,
    passenger_id       uuid        not null,
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
    constraint top_ups_ended_at check ((status in ('Succeeded', 'Failed')) = (ended_at is not null)),
    constraint top_ups_failure  check ((status = 'Failed') = (failure_code is not null))
);
comment on table  payment.top_ups        is 'Money that passengers pay into their wallets by card. Due: nothing sent yet. Sent: the provider may hold it, ask until known. The id is the provider''s idempotency key.';
comment on column payment.top_ups.due_at is 'System time. While a worker holds it: when its lease ends and another may take over.';

-- One at a time: who taps twice pays once, and nobody slips past the limit of a day.
create unique index top_ups_one_open on payment.top_ups (passenger_id) where status in ('Due', 'Sent');
create index top_ups_due             on payment.top_ups (due_at) where status in ('Due', 'Sent');
create index top_ups_of_passenger    on payment.top_ups (passenger_id, created_at);

create trigger top_ups_ended_stay   before update on payment.top_ups for each row
    when (old.status in ('Succeeded', 'Failed')) execute function payment.refuse_change();
create trigger top_ups_keep_amounts before update on payment.top_ups for each row
    when ((old.passenger_id, old.payment_method_id, old.amount_minor_units, old.currency)
          is distinct from (new.passenger_id, new.payment_method_id, new.amount_minor_units, new.currency))
    execute function payment.refuse_change();
create trigger top_ups_are_kept     before delete on payment.top_ups for each row execute function payment.refuse_change();
