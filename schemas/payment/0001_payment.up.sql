select platform.create_messaging_tables('payment');

create table payment.payment_methods (
    id           uuid        primary key,
    passenger_id uuid        not null,
    kind         text        not null check (kind in ('Card', 'Cash')),
    provider     text        not null check (provider in ('sandbox', 'driver')),
    card_token   bytea,
    is_default   boolean     not null default false,
    version      bigint      not null default 1,
    created_at   timestamptz not null,
    removed_at   timestamptz,
    constraint payment_methods_token_of_live_cards check ((card_token is not null) = (kind = 'Card' and removed_at is null)),
    constraint payment_methods_default_is_live     check (not (is_default and removed_at is not null))
);
comment on column payment.payment_methods.provider   is 'Who moves the money: a payment provider, or the driver who takes cash.';
comment on column payment.payment_methods.card_token is 'The provider''s token, AES-256-GCM: nonce (12), tag (16), ciphertext; the method''s id is authenticated with it. Erased on removal.';

create unique index payment_methods_one_default on payment.payment_methods (passenger_id) where is_default;
create unique index payment_methods_one_cash    on payment.payment_methods (passenger_id) where kind = 'Cash' and removed_at is null;
create index payment_methods_by_passenger       on payment.payment_methods (passenger_id, created_at) where removed_at is null;

create table payment.orders (
    id                         uuid        primary key,
    fare_id                    uuid        not null,
    ride_id                    uuid        not null,
    passenger_id               uuid        not null,
    driver_id                  uuid        not null,
    fare_kind                  text        not null check (fare_kind in ('Ride', 'Cancellation')),
    amount_minor_units         bigint      not null check (amount_minor_units >= 0),
    commission_minor_units     bigint      not null check (commission_minor_units >= 0),
    driver_earning_minor_units bigint      not null check (driver_earning_minor_units >= 0),
    tax_minor_units            bigint      not null check (tax_minor_units >= 0),
    currency                   char(3)     not null,
    payment_method_id          uuid        not null,
    kind                       text        not null check (kind in ('Card', 'Cash')),
    status                     text        not null check (status in ('Pending', 'Owed', 'Settled', 'WrittenOff', 'Void')),
    failure_code               text,
    attempts_made              int         not null default 0 check (attempts_made >= 0),
    open_attempt_id            uuid,
    version                    bigint      not null default 0,
    created_at                 timestamptz not null,
    updated_at                 timestamptz not null,
    settled_at                 timestamptz,
    constraint orders_one_per_fare   unique (fare_id),
    constraint orders_one_per_ride   unique (ride_id),
    constraint orders_parts_sum      check (amount_minor_units = commission_minor_units + driver_earning_minor_units + tax_minor_units),
    constraint orders_settled_at     check ((status = 'Settled') = (settled_at is not null)),
    constraint orders_owed_has_cause check (status <> 'Owed' or failure_code is not null),
    constraint orders_ended_is_quiet check (status in ('Pending', 'Owed') or open_attempt_id is null)
);
comment on table  payment.orders                    is 'What a passenger owes for one fare. Pending -> Owed -> Settled, WrittenOff or Void; never out of the last three.';
comment on column payment.orders.amount_minor_units is 'What the passenger pays, after the driver''s fare factor; minor units of currency. Zero settles at once.';
comment on column payment.orders.kind               is 'How it is to be settled, as last chosen; for a settled order, how it was.';
comment on column payment.orders.failure_code       is 'Stable code of the last refusal.';
comment on column payment.orders.open_attempt_id is 'The attempt whose outcome is not known yet; while there is one, no other way of paying may begin.';
comment on column payment.orders.version            is 'Counts the events published about this order.';

create index orders_by_passenger_owed on payment.orders (passenger_id) where status in ('Pending', 'Owed');
create index orders_cash_unconfirmed  on payment.orders (created_at)   where status = 'Pending' and kind = 'Cash';

create table payment.attempts (
    id                 uuid        primary key,
    order_id           uuid        not null references payment.orders (id),
    ordinal            int         not null check (ordinal >= 1),
    payment_method_id  uuid        not null,
    kind               text        not null check (kind in ('Card', 'Cash')),
    amount_minor_units bigint      not null check (amount_minor_units >= 0),
    currency           char(3)     not null,
    status             text        not null check (status in ('Due', 'Sent', 'Succeeded', 'Declined')),
    provider_charge_id text,
    decline_code       text,
    sends              int         not null default 0 check (sends >= 0),
    due_at             timestamptz not null,
    lease              uuid,
    created_at         timestamptz not null,
    ended_at           timestamptz,
    constraint attempts_in_order unique (order_id, ordinal),
    constraint attempts_ended_at check ((status in ('Succeeded', 'Declined')) = (ended_at is not null)),
    constraint attempts_decline  check ((status = 'Declined') = (decline_code is not null))
);
comment on table  payment.attempts        is 'Tries to collect an order. Due: nothing sent yet. Sent: the provider may hold the money, ask until known. The id is the provider''s idempotency key, so a try that is repeated after a crash is the same charge.';
comment on column payment.attempts.due_at is 'System time. While a worker holds the attempt: when its lease ends and another may take over.';
comment on column payment.attempts.lease  is 'Who holds it; a new value at each claim.';
comment on column payment.attempts.sends  is 'How often a worker took it up.';

-- The two guards behind "nobody is charged twice": a new attempt cannot begin while another may still succeed,
-- and no order can have two that did.
create unique index attempts_one_open      on payment.attempts (order_id) where status in ('Due', 'Sent');
create unique index attempts_one_succeeded on payment.attempts (order_id) where status = 'Succeeded';
create index attempts_due                  on payment.attempts (due_at)   where status in ('Due', 'Sent');

create table payment.webhooks (
    provider    text        not null,
    event_id    text        not null,
    type        text        not null,
    attempt_id  uuid,
    outcome     text        not null check (outcome in ('Applied', 'Ignored')),
    received_at timestamptz not null default now(),
    primary key (provider, event_id)
);
comment on table payment.webhooks is 'What providers told us, once per event. Ignored: the attempt was decided already, or is not ours.';
