-- Who brings a new passenger gets a credit, and the new passenger one, at our expense. Off in a city until an operator writes a programme.

create table billing.referral_programmes (
    programme_id         uuid        primary key,
    city_id              text        not null,
    currency             char(3)     not null,
    newcomer_minor_units bigint      not null check (newcomer_minor_units > 0),
    referrer_minor_units bigint      not null check (referrer_minor_units > 0),
    most_per_referrer    int         not null check (most_per_referrer > 0),
    credit_days          int         not null check (credit_days between 1 and 3650),
    budget_minor_units   bigint      not null check (budget_minor_units > 0),
    reserved_minor_units bigint      not null default 0 check (reserved_minor_units >= 0),
    spent_minor_units    bigint      not null default 0 check (spent_minor_units >= 0),
    stopped_at           timestamptz,
    stopped_by           uuid,
    created_by           uuid        not null,
    created_at           timestamptz not null default now(),
    constraint referral_programmes_within_budget check (reserved_minor_units + spent_minor_units <= budget_minor_units)
) with (fillfactor = 70);
comment on table  billing.referral_programmes                      is 'What bringing a passenger is worth. Terms never change: a programme is stopped, and written anew.';
comment on column billing.referral_programmes.newcomer_minor_units is 'Credited when the code is entered.';
comment on column billing.referral_programmes.referrer_minor_units is 'Credited when the newcomer has paid for a ride; reserved until then.';
comment on column billing.referral_programmes.credit_days          is 'City days until a credit expires, and until a newcomer who has not paid for a ride is waited for no longer.';
comment on column billing.referral_programmes.created_at           is 'System time.';
create unique index referral_programmes_one_per_city on billing.referral_programmes (city_id) where stopped_at is null;
create trigger referral_programmes_terms_are_final before update on billing.referral_programmes for each row
    when ((old.programme_id, old.city_id, old.currency, old.newcomer_minor_units, old.referrer_minor_units, old.most_per_referrer, old.credit_days, old.budget_minor_units)
        is distinct from
          (new.programme_id, new.city_id, new.currency, new.newcomer_minor_units, new.referrer_minor_units, new.most_per_referrer, new.credit_days, new.budget_minor_units))
    execute function billing.refuse_change();
create trigger referral_programmes_are_kept before delete on billing.referral_programmes for each row execute function billing.refuse_change();

create table billing.referral_codes (
    code         text primary key check (code ~ '^[A-HJ-NP-Z2-9]{8}$'),
    passenger_id uuid not null unique
);
comment on table billing.referral_codes is 'What a passenger gives to friends; made when it is first asked for, and theirs for good.';

create table billing.referrals (
    newcomer_id  uuid        primary key,
    referrer_id  uuid        not null,
    programme_id uuid        not null references billing.referral_programmes,
    status       text        not null check (status in ('Pending', 'Rewarded', 'Lapsed')),
    entered_at   timestamptz not null,
    decided_at   timestamptz,
    created_at   timestamptz not null default now(),
    constraint referrals_of_somebody_else check (newcomer_id <> referrer_id),
    constraint referrals_decided          check ((status = 'Pending') = (decided_at is null))
);
comment on table  billing.referrals            is 'Who was brought by whom; once in a passenger''s life. Pending until the newcomer has paid for a ride, or for too long.';
comment on column billing.referrals.entered_at is 'City time.';
comment on column billing.referrals.created_at is 'System time.';
create unique index referrals_never_mutual on billing.referrals (least(newcomer_id, referrer_id), greatest(newcomer_id, referrer_id));
create index referrals_pending     on billing.referrals (entered_at) where status = 'Pending';
create index referrals_of_referrer on billing.referrals (referrer_id);
create trigger referrals_decided_are_final before update on billing.referrals for each row
    when (old.status <> 'Pending') execute function billing.refuse_change();
create trigger referrals_are_kept before delete on billing.referrals for each row execute function billing.refuse_change();

create table billing.referral_counts (
    programme_id uuid not null references billing.referral_programmes,
    referrer_id  uuid not null,
    referrals    int  not null check (referrals >= 0),
    primary key (programme_id, referrer_id)
) with (fillfactor = 90);
comment on table billing.referral_counts is 'How many a referrer has brought under a programme, without those that lapsed: the row is the lock on their limit.';

alter table billing.passenger_credits
    alter column ride_id drop not null,
    add column expires_at timestamptz,
    add column expired_minor_units bigint not null default 0 check (expired_minor_units >= 0),
    drop constraint passenger_credits_source_check,
    add constraint passenger_credits_source_check check (source in ('CashFare', 'Returned', 'Newcomer', 'Referrer')),
    add constraint passenger_credits_of_a_ride_or_given check ((source in ('CashFare', 'Returned')) = (ride_id is not null)),
    add constraint passenger_credits_expire_whole check (expired_minor_units = 0 or left_minor_units = 0);
comment on column billing.passenger_credits.source              is 'CashFare: a fare paid in cash was lowered. Returned: a fare was lowered below the credit that had been set off against it, or void. Newcomer, Referrer: given for a referral.';
comment on column billing.passenger_credits.cause_id            is 'The adjustment or payment order by which it arose; the newcomer of the referral.';
comment on column billing.passenger_credits.expires_at          is 'City time; null for money that is the passenger''s own.';
comment on column billing.passenger_credits.expired_minor_units is 'What was left when it expired.';
create index passenger_credits_to_expire on billing.passenger_credits (expires_at) where left_minor_units > 0 and expires_at is not null;
create trigger passenger_credits_expiry_is_final before update on billing.passenger_credits for each row
    when (old.expires_at is distinct from new.expires_at) execute function billing.refuse_change();

alter table billing.ledger_transfers
    add column credit_id uuid,
    drop constraint ledger_transfers_about_one_thing,
    add constraint ledger_transfers_about_one_thing check (num_nonnulls(ride_id, payout_id, top_up_id, credit_id) = 1),
    drop constraint ledger_transfers_kind_check,
    add constraint ledger_transfers_kind_check check (kind in (
        'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned', 'TopUp', 'WalletPayment',
        'CreditArisen', 'CreditUsed', 'CreditGiven', 'CreditExpired'));
comment on column billing.ledger_transfers.credit_id is 'A credit that is about no ride.';
