-- Promotions: what passengers do not pay and drivers get all the same. A budget is never over-spent: the check below is the guard, whoever races.

create table billing.promotions (
    promotion_id         uuid        primary key,
    city_id              text        not null,
    currency             char(3)     not null,
    code                 text        check (code ~ '^[A-Z0-9]{3,20}$'),
    name                 text        not null check (length(name) between 1 and 100),
    vehicle_classes      text[]      check (vehicle_classes <@ array['Motorcycle', 'Standard', 'Premium', 'Van']),
    basis_points         int         check (basis_points between 1 and 10000),
    most_minor_units     bigint      not null check (most_minor_units > 0),
    first_ride_only      boolean     not null,
    uses_per_passenger   int         not null check (uses_per_passenger > 0),
    valid_from           timestamptz not null,
    valid_to             timestamptz not null,
    budget_minor_units   bigint      not null check (budget_minor_units > 0),
    reserved_minor_units bigint      not null default 0 check (reserved_minor_units >= 0),
    spent_minor_units    bigint      not null default 0 check (spent_minor_units >= 0),
    stopped_at           timestamptz,
    stopped_by           uuid,
    created_by           uuid        not null,
    created_at           timestamptz not null default now(),
    constraint promotions_within_budget check (reserved_minor_units + spent_minor_units <= budget_minor_units),
    constraint promotions_have_an_end   check (valid_to > valid_from),
    constraint promotions_one_first     check (not first_ride_only or uses_per_passenger = 1)
) with (fillfactor = 70);
comment on table  billing.promotions                      is 'Discounts at our expense, by code or without. Terms never change: they are stopped, and written anew.';
comment on column billing.promotions.code                 is 'What the passenger types, upper case; null for one that applies by itself.';
comment on column billing.promotions.vehicle_classes      is 'Null for all.';
comment on column billing.promotions.basis_points         is 'Share of the fare, up to most_minor_units; null for an amount: most_minor_units.';
comment on column billing.promotions.most_minor_units     is 'The most that it gives for one ride; reserved while the ride is under way.';
comment on column billing.promotions.reserved_minor_units is 'By requests and rides that have not ended.';
comment on column billing.promotions.created_at           is 'System time.';

create unique index promotions_one_per_code on billing.promotions (city_id, code) where stopped_at is null;
create trigger promotions_are_kept before delete on billing.promotions for each row execute function billing.refuse_change();
create trigger promotions_terms_are_final before update on billing.promotions for each row
    when ((old.promotion_id, old.city_id, old.currency, old.code, old.vehicle_classes, old.basis_points, old.most_minor_units, old.first_ride_only,
           old.uses_per_passenger, old.valid_from, old.valid_to, old.budget_minor_units)
        is distinct from
          (new.promotion_id, new.city_id, new.currency, new.code, new.vehicle_classes, new.basis_points, new.most_minor_units, new.first_ride_only,
           new.uses_per_passenger, new.valid_from, new.valid_to, new.budget_minor_units))
    execute function billing.refuse_change();

create table billing.promotion_passengers (
    promotion_id uuid not null references billing.promotions,
    passenger_id uuid not null,
    uses         int  not null check (uses >= 0),
    primary key (promotion_id, passenger_id)
) with (fillfactor = 90);
comment on table billing.promotion_passengers is 'How often a passenger uses or has used a promotion: the row is the lock on their limit.';

create table billing.promotion_uses (
    quote_id             uuid        primary key,
    promotion_id         uuid        not null references billing.promotions,
    passenger_id         uuid        not null,
    status               text        not null check (status in ('Reserved', 'Consumed', 'Released', 'Unfunded')),
    reserved_minor_units bigint      not null check (reserved_minor_units >= 0),
    spent_minor_units    bigint      not null default 0 check (spent_minor_units >= 0),
    ride_id              uuid        unique,
    reserved_at          timestamptz not null,
    created_at           timestamptz not null default now(),
    constraint promotion_uses_within_reserve check (status = 'Unfunded' or spent_minor_units <= reserved_minor_units),
    constraint promotion_uses_consumed       check ((status = 'Consumed') <= (ride_id is not null))
) with (fillfactor = 80);
comment on table  billing.promotion_uses            is 'Discounts that a quote promised and a ride was requested under.';
comment on column billing.promotion_uses.status     is 'Reserved until the fare; then Consumed, or Released when there is none. Unfunded: budget or limit had been used up since the quote, whose price binds us all the same.';
comment on column billing.promotion_uses.created_at is 'System time.';
create index promotion_uses_of_promotion on billing.promotion_uses (promotion_id);

create index fares_of_passenger on billing.fares (passenger_id) where kind = 'Ride';

alter table billing.fares
    add column promotion_minor_units bigint not null default 0 check (promotion_minor_units >= 0),
    drop constraint fares_parts_sum,
    add constraint fares_parts_sum check (total_minor_units + promotion_minor_units = commission_minor_units + driver_earning_minor_units + tax_minor_units);
comment on column billing.fares.promotion_minor_units is 'What the passenger does not pay and we bear.';
create trigger fares_promotions_are_final before update on billing.fares for each row
    when (old.promotion_minor_units is distinct from new.promotion_minor_units) execute function billing.refuse_change();

alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check check (kind in (
    'PassengerReceivable', 'DriverPayable', 'Commission', 'Tax', 'ProviderClearing', 'Concessions', 'WriteOffs', 'PayoutsInTransit', 'PayoutFees', 'Bank', 'PromotionExpense'));
