-- Money held on cards while rides last, and orders that are collected in parts.

create table payment.authorisations (
    id                        uuid        primary key,
    ride_id                   uuid        not null,
    passenger_id              uuid        not null,
    driver_id                 uuid        not null,
    payment_method_id         uuid        not null,
    amount_minor_units        bigint      not null check (amount_minor_units > 0),
    currency                  char(3)     not null,
    status                    text        not null check (
        status in ('Due', 'Sent', 'Authorised', 'Declined', 'Capturing', 'Captured', 'Releasing', 'Released', 'Expired')),
    unwanted                  boolean     not null default false,
    provider_authorisation_id text,
    decline_code              text,
    expires_at                timestamptz,
    sends                     int         not null default 0 check (sends >= 0),
    due_at                    timestamptz not null,
    lease                     uuid,
    created_at                timestamptz not null,
    ended_at                  timestamptz,
    constraint authorisations_one_per_ride unique (ride_id),
    constraint authorisations_amount       unique (id, amount_minor_units),
    constraint authorisations_held         check (status not in ('Authorised', 'Capturing', 'Captured', 'Releasing') or provider_authorisation_id is not null),
    constraint authorisations_decline      check ((status = 'Declined') = (decline_code is not null)),
    constraint authorisations_ended_at     check ((status in ('Declined', 'Captured', 'Released', 'Expired')) = (ended_at is not null))
);
comment on table  payment.authorisations            is 'Money held on a card for a ride. Due: nothing sent yet. Sent: the provider may hold it, ask until known. The id is the provider''s idempotency key.';
comment on column payment.authorisations.unwanted   is 'The ride ended without it while its outcome was not known: it is released as soon as it is.';
comment on column payment.authorisations.expires_at is 'System time, as the provider said. From there on the ride is charged at its end, as if nothing had been held.';
comment on column payment.authorisations.due_at     is 'System time. While a worker holds it: when its lease ends and another may take over.';

create index authorisations_due  on payment.authorisations (due_at)     where status in ('Due', 'Sent');
create index authorisations_held on payment.authorisations (created_at) where status = 'Authorised';

create trigger authorisations_ended_stay   before update on payment.authorisations for each row
    when (old.status in ('Declined', 'Captured', 'Released', 'Expired') and new.status <> old.status) execute function payment.refuse_change();
create trigger authorisations_keep_amounts before update on payment.authorisations for each row
    when ((old.ride_id, old.passenger_id, old.payment_method_id, old.amount_minor_units, old.currency)
          is distinct from (new.ride_id, new.passenger_id, new.payment_method_id, new.amount_minor_units, new.currency))
    execute function payment.refuse_change();
create trigger authorisations_are_kept     before delete on payment.authorisations for each row execute function payment.refuse_change();

create table payment.releases (
    id               uuid        primary key,
    authorisation_id uuid        not null references payment.authorisations (id),
    status           text        not null check (status in ('Due', 'Sent', 'Succeeded', 'Failed')),
    failure_code     text,
    sends            int         not null default 0 check (sends >= 0),
    due_at           timestamptz not null,
    lease            uuid,
    created_at       timestamptz not null,
    ended_at         timestamptz,
    constraint releases_one_per_authorisation unique (authorisation_id),
    constraint releases_ended_at check ((status in ('Succeeded', 'Failed')) = (ended_at is not null)),
    constraint releases_failure  check ((status = 'Failed') = (failure_code is not null))
);
comment on table payment.releases is 'Holds that are let go of, uncaptured. The id is the provider''s idempotency key.';

create index releases_due on payment.releases (due_at) where status in ('Due', 'Sent');

create table payment.waived_rides (
    ride_id   uuid        primary key,
    waived_at timestamptz not null
);
comment on table payment.waived_rides is 'Rides that ended and cost nothing, as billing told; possibly before their beginning was heard of.';

-- A capture takes at most what is held, and nothing is captured twice.
alter table payment.attempts
    add column authorisation_id       uuid,
    add column authorised_minor_units bigint,
    add constraint attempts_capture_of foreign key (authorisation_id, authorised_minor_units) references payment.authorisations (id, amount_minor_units),
    add constraint attempts_capture_known check ((authorisation_id is null) = (authorised_minor_units is null)),
    add constraint attempts_capture_within_authorised check (authorised_minor_units is null or amount_minor_units <= authorised_minor_units);
comment on column payment.attempts.authorisation_id is 'What it captures; null when it charges, or takes cash.';

create unique index attempts_one_capture on payment.attempts (authorisation_id) where authorisation_id is not null;

-- The guard behind "nobody is charged twice" when an order is paid in parts: whoever succeeds adds to what is collected, and that never exceeds the fare.
alter table payment.orders add column collected_minor_units bigint not null default 0;
update payment.orders o
set    collected_minor_units = (select coalesce(sum(a.amount_minor_units), 0) from payment.attempts a where a.order_id = o.id and a.status = 'Succeeded');
alter table payment.orders add constraint orders_collected_within_amount check (collected_minor_units between 0 and amount_minor_units);
comment on column payment.orders.collected_minor_units is 'What its attempts have collected, kept by the attempts themselves; refunds do not lower it.';

create function payment.count_collected() returns trigger language plpgsql as $$
begin
    update payment.orders set collected_minor_units = collected_minor_units + new.amount_minor_units where id = new.order_id;
    return null;
end $$;

create trigger attempts_collected_at_once after insert on payment.attempts for each row
    when (new.status = 'Succeeded') execute function payment.count_collected();
create trigger attempts_collected after update of status on payment.attempts for each row
    when (new.status = 'Succeeded' and old.status <> 'Succeeded') execute function payment.count_collected();
create trigger attempts_keep_captured before update on payment.attempts for each row
    when (old.status = 'Succeeded' and new.amount_minor_units <> old.amount_minor_units) execute function payment.refuse_change();

drop index payment.attempts_one_succeeded;
create index attempts_succeeded on payment.attempts (order_id) where status = 'Succeeded';
