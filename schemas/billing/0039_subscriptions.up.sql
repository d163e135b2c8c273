-- Drivers pay a price per period instead of commission. What a period covers is written when it is paid for and never changes, so that a fare finds the same
-- whenever it is priced.

create extension if not exists btree_gist with schema public;

create table billing.subscription_plans (
    plan_id           uuid        primary key,
    city_id           text        not null,
    currency          char(3)     not null,
    vehicle_classes   text[]      not null check (vehicle_classes <@ array['Motorcycle', 'Standard', 'Premium', 'Van'] and cardinality(vehicle_classes) > 0),
    name              text        not null check (length(name) between 1 and 100),
    price_minor_units bigint      not null check (price_minor_units > 0),
    days              int         not null check (days between 1 and 366),
    stopped_at        timestamptz,
    stopped_by        uuid,
    created_by        uuid        not null,
    created_at        timestamptz not null default now(),
    constraint subscription_plans_stopped check ((stopped_at is null) = (stopped_by is null))
);
comment on table  billing.subscription_plans            is 'What drivers can pay instead of commission. Terms never change: a plan is stopped, and another written.';
comment on column billing.subscription_plans.days       is 'A period ends so many days later at the same wall clock of the city.';
comment on column billing.subscription_plans.stopped_at is 'City time; nobody begins it any more, and nobody''s is renewed.';
comment on column billing.subscription_plans.created_at is 'System time.';
create index subscription_plans_of_city on billing.subscription_plans (city_id, plan_id);
create trigger subscription_plans_terms_are_final before update on billing.subscription_plans for each row
    when (old.stopped_at is not null
        or (old.plan_id, old.city_id, old.currency, old.vehicle_classes, old.name, old.price_minor_units, old.days, old.created_by)
           is distinct from (new.plan_id, new.city_id, new.currency, new.vehicle_classes, new.name, new.price_minor_units, new.days, new.created_by))
    execute function billing.refuse_change();
create trigger subscription_plans_are_kept    before delete on billing.subscription_plans for each row execute function billing.refuse_change();
create trigger subscription_plans_no_truncate before truncate on billing.subscription_plans for each statement execute function billing.refuse_change();

create table billing.driver_subscriptions (
    subscription_id uuid        primary key,
    driver_id       uuid        not null,
    plan_id         uuid        not null references billing.subscription_plans,
    renews          boolean     not null,
    periods         int         not null check (periods > 0),
    started_at      timestamptz not null,
    ends_at         timestamptz not null check (ends_at > started_at),
    cancelled_at    timestamptz,
    lapsed_at       timestamptz,
    lapse_code      text        check (lapse_code in ('balance-below-zero', 'plan-stopped')),
    created_at      timestamptz not null default now(),
    constraint driver_subscriptions_renew_or_end check (not renews or (cancelled_at is null and lapsed_at is null)),
    constraint driver_subscriptions_lapse        check ((lapsed_at is null) = (lapse_code is null))
);
comment on table  billing.driver_subscriptions              is 'What drivers have begun to pay instead of commission; in force until ends_at.';
comment on column billing.driver_subscriptions.periods      is 'How many have been paid for.';
comment on column billing.driver_subscriptions.ends_at      is 'City time, as started_at, cancelled_at and lapsed_at; the end of the last period.';
comment on column billing.driver_subscriptions.cancelled_at is 'When the driver said that it is not to be renewed.';
comment on column billing.driver_subscriptions.lapsed_at    is 'When it was to be renewed and could not be; lapse_code says why.';
comment on column billing.driver_subscriptions.created_at   is 'System time.';
create index driver_subscriptions_of_driver on billing.driver_subscriptions (driver_id, subscription_id);
create index driver_subscriptions_to_renew  on billing.driver_subscriptions (ends_at) where renews;
create trigger driver_subscriptions_only_go_on before update on billing.driver_subscriptions for each row
    when ((old.subscription_id, old.driver_id, old.plan_id, old.started_at) is distinct from (new.subscription_id, new.driver_id, new.plan_id, new.started_at)
        or not old.renews or new.ends_at < old.ends_at)
    execute function billing.refuse_change();
create trigger driver_subscriptions_are_kept    before delete on billing.driver_subscriptions for each row execute function billing.refuse_change();
create trigger driver_subscriptions_no_truncate before truncate on billing.driver_subscriptions for each statement execute function billing.refuse_change();

create table billing.subscription_periods (
    subscription_id   uuid        not null references billing.driver_subscriptions,
    period            int         not null check (period > 0),
    price_minor_units bigint      not null check (price_minor_units > 0),
    currency          char(3)     not null,
    starts_at         timestamptz not null,
    ends_at           timestamptz not null check (ends_at > starts_at),
    created_at        timestamptz not null default now(),
    primary key (subscription_id, period)
);
comment on table  billing.subscription_periods            is 'What was paid for: each period of a subscription once, in the ledger under subscription:<id>:<period>.';
comment on column billing.subscription_periods.period     is 'Counts from 1.';
comment on column billing.subscription_periods.starts_at  is 'City time, as ends_at, which is not in it.';
comment on column billing.subscription_periods.created_at is 'System time.';

create table billing.subscription_coverage (
    subscription_id uuid        not null,
    period          int         not null,
    driver_id       uuid        not null,
    city_id         text        not null,
    vehicle_class   text        not null check (vehicle_class in ('Motorcycle', 'Standard', 'Premium', 'Van')),
    starts_at       timestamptz not null,
    ends_at         timestamptz not null,
    created_at      timestamptz not null default now(),
    primary key (subscription_id, period, vehicle_class),
    foreign key (subscription_id, period) references billing.subscription_periods,
    constraint subscription_coverage_one_at_a_time
        exclude using gist (driver_id with =, city_id with =, vehicle_class with =, tstzrange(starts_at, ends_at) with &&)
);
comment on column billing.subscription_coverage.created_at is 'System time.';
comment on table  billing.subscription_coverage            is 'Matches of which driver, in which city and class, are without commission, and when; never two subscriptions for one match.';
create index subscription_coverage_of_driver on billing.subscription_coverage (driver_id, starts_at);

create trigger subscription_periods_append_only  before update or delete on billing.subscription_periods for each row execute function billing.refuse_change();
create trigger subscription_periods_no_truncate  before truncate on billing.subscription_periods for each statement execute function billing.refuse_change();
create trigger subscription_coverage_append_only before update or delete on billing.subscription_coverage for each row execute function billing.refuse_change();
create trigger subscription_coverage_no_truncate before truncate on billing.subscription_coverage for each statement execute function billing.refuse_change();
select billing.refuse_changes_to('billing.subscription_periods');
select billing.refuse_changes_to('billing.subscription_coverage');

alter table billing.rides add column matched_at timestamptz;
comment on column billing.rides.matched_at is 'City time of the match: whether the driver had a subscription then decides about commission.';

alter table billing.fares
    add column subscription_id uuid,
    add constraint fares_subscription_fkey foreign key (subscription_id) references billing.driver_subscriptions,
    add constraint fares_subscribed_without_commission check (subscription_id is null or commission_minor_units = 0);
comment on column billing.fares.subscription_id is 'Why there is no commission: the driver''s subscription that covered the match; null for none.';

alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check check (kind in (
    'PassengerReceivable', 'DriverPayable', 'HeldCash', 'Commission', 'Tax', 'ProviderClearing', 'Concessions', 'WriteOffs', 'PayoutsInTransit', 'PayoutFees', 'Bank',
    'PromotionExpense', 'PassengerWallet', 'PassengerCredit', 'ChargebacksInDispute', 'ChargebackLosses', 'ProviderFees', 'SurplusPayments', 'SubscriptionFees'));
comment on column billing.ledger_accounts.kind is 'PassengerReceivable: owes us. PassengerCredit: we owe them, to be set off. PassengerWallet: they paid it in. DriverPayable: we owe. HeldCash: they hold it for us in cash; it counts against what we owe. Commission, Tax: ours and the state''s. ProviderClearing: captured by the provider. Concessions: fares that we lowered at our own cost. WriteOffs: fares that nobody will pay. PayoutsInTransit: reserved for drivers and not known to have arrived. PayoutFees: ours. Bank: what payouts were paid from. PromotionExpense: what promotions gave. ChargebacksInDispute: withdrawn by banks that have not decided. ChargebackLosses: what they decided against us. ProviderFees: what the provider takes for disputes. SurplusPayments: what was paid with a code once too often, until it is given back. SubscriptionFees: what drivers pay instead of commission.';

alter table billing.ledger_transfers
    add column subscription_id uuid,
    drop constraint ledger_transfers_about_one_thing,
    add constraint ledger_transfers_about_one_thing check (num_nonnulls(ride_id, payout_id, top_up_id, credit_id, settlement_id, subscription_id) = 1),
    drop constraint ledger_transfers_kind_check,
    add constraint ledger_transfers_kind_check check (kind in (
        'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned', 'TopUp', 'WalletPayment',
        'CreditArisen', 'CreditUsed', 'CreditGiven', 'CreditExpired',
        'Chargeback', 'ChargebackWon', 'ChargebackLost', 'Settlement', 'SurplusReceived', 'SurplusReturned', 'Tip', 'SetOff', 'WalletForgiven',
        'Subscription'));
comment on column billing.ledger_transfers.subscription_id is 'The driver''s subscription of which a period was paid for.';
