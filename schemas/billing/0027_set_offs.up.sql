-- What a lowered fare leaves owed to a passenger is set off against the charge that their bank took back for good.

alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in (
    'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned', 'TopUp', 'WalletPayment',
    'CreditArisen', 'CreditUsed', 'CreditGiven', 'CreditExpired',
    'Chargeback', 'ChargebackWon', 'ChargebackLost', 'Settlement', 'SurplusReceived', 'SurplusReturned', 'Tip', 'SetOff'));

create table billing.set_offs (
    set_off_id         uuid        primary key,
    ride_id            uuid        not null references billing.fare_keys (ride_id),
    passenger_id       uuid        not null,
    amount_minor_units bigint      not null check (amount_minor_units > 0),
    currency           char(3)     not null,
    set_off_at         timestamptz not null
);
comment on table  billing.set_offs            is 'By how much what a passenger owes for lost chargebacks of a ride is less, because the fare was lowered and they had paid it whole.';
comment on column billing.set_offs.set_off_at is 'City time.';

create index set_offs_of_ride on billing.set_offs (ride_id);

create trigger set_offs_append_only before update or delete on billing.set_offs for each row execute function billing.refuse_change();
create trigger set_offs_no_truncate before truncate on billing.set_offs for each statement execute function billing.refuse_change();

do $$
begin
    if exists (select from pg_roles where rolname = 'tumpang_billing') then
        revoke update, delete on billing.set_offs from tumpang_billing;
    end if;
end
$$;
