-- What we owe passengers, because a fare that they had paid in cash was lowered, is set off against their next fares, once.

alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check check (kind in (
    'PassengerReceivable', 'DriverPayable', 'Commission', 'Tax', 'ProviderClearing', 'Concessions', 'WriteOffs', 'PayoutsInTransit', 'PayoutFees', 'Bank',
    'PromotionExpense', 'PassengerWallet', 'PassengerCredit'));

-- Not a check: that would refuse the row which an upsert proposes before it finds the one that is there.
create function billing.refuse_credit_overdraft() returns trigger language plpgsql as $$
begin
    raise exception 'the credit of passenger % is overdrawn', new.party_id
        using errcode = 'check_violation', constraint = 'ledger_accounts_credit_is_never_overdrawn';
end $$;
create trigger ledger_accounts_credit_is_never_overdrawn after insert or update on billing.ledger_accounts for each row
    when (new.kind = 'PassengerCredit' and new.balance_minor_units > 0) execute function billing.refuse_credit_overdraft();
comment on column billing.ledger_accounts.kind is 'PassengerReceivable: owes us. PassengerCredit: we owe them, to be set off. PassengerWallet: they paid it in. DriverPayable: we owe (cash held by the driver counts against it). Commission, Tax: ours and the state''s. ProviderClearing: captured by the provider. Concessions: fares that we lowered at our own cost. WriteOffs: fares that nobody will pay. PromotionExpense: what promotions give. PayoutsInTransit: reserved for drivers and not known to have arrived. PayoutFees: ours. Bank: what payouts were paid from.';

alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in (
    'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned', 'TopUp', 'WalletPayment',
    'CreditArisen', 'CreditUsed'));

create table billing.passenger_credits (
    credit_id          uuid        primary key,
    passenger_id       uuid        not null,
    currency           char(3)     not null,
    source             text        not null check (source in ('CashFare', 'Returned')),
    cause_id           uuid        not null,
    ride_id            uuid        not null,
    amount_minor_units bigint      not null check (amount_minor_units > 0),
    left_minor_units   bigint      not null,
    arisen_at          timestamptz not null,
    created_at         timestamptz not null default now(),
    constraint passenger_credits_once           unique (source, cause_id),
    constraint passenger_credits_never_overused check (left_minor_units between 0 and amount_minor_units)
) with (fillfactor = 90);
comment on table  billing.passenger_credits                  is 'What we owe a passenger until it has been set off against fares; the ledger''s PassengerCredit by its causes.';
comment on column billing.passenger_credits.source           is 'CashFare: a fare paid in cash was lowered. Returned: a fare was lowered below the credit that had been set off against it, or void.';
comment on column billing.passenger_credits.cause_id         is 'The adjustment, or the payment order, by which it arose.';
comment on column billing.passenger_credits.ride_id          is 'The ride whose fare it comes from.';
comment on column billing.passenger_credits.left_minor_units is 'What has not been used.';
comment on column billing.passenger_credits.arisen_at        is 'City time.';
comment on column billing.passenger_credits.created_at       is 'System time.';
create index passenger_credits_left    on billing.passenger_credits (passenger_id) where left_minor_units > 0;
create index passenger_credits_of_ride on billing.passenger_credits (ride_id);

create table billing.credit_uses (
    ride_id            uuid        not null,
    credit_id          uuid        not null references billing.passenger_credits,
    amount_minor_units bigint      not null check (amount_minor_units > 0),
    used_at            timestamptz not null,
    primary key (ride_id, credit_id)
);
comment on table  billing.credit_uses         is 'Which credit paid how much of which fare.';
comment on column billing.credit_uses.used_at is 'City time.';
create index credit_uses_of_credit on billing.credit_uses (credit_id);

create trigger passenger_credits_terms_are_final before update on billing.passenger_credits for each row
    when ((old.credit_id, old.passenger_id, old.currency, old.source, old.cause_id, old.ride_id, old.amount_minor_units)
        is distinct from (new.credit_id, new.passenger_id, new.currency, new.source, new.cause_id, new.ride_id, new.amount_minor_units))
    execute function billing.refuse_change();
create trigger passenger_credits_are_kept before delete on billing.passenger_credits for each row execute function billing.refuse_change();
create trigger credit_uses_append_only before update or delete on billing.credit_uses for each row execute function billing.refuse_change();

alter table billing.fares
    add column credited_minor_units bigint not null default 0,
    add column settled_by text,
    add constraint fares_credited_within_total check (credited_minor_units between 0 and total_minor_units),
    add constraint fares_settled_by_something  check (settled_by is null or settlement = 'Settled');
comment on column billing.fares.credited_minor_units is 'What was set off against it when it was final; payment collects the rest.';
comment on column billing.fares.settled_by           is 'How it was paid, as payment tells; null for fares before this was kept.';
create trigger fares_credits_are_final before update on billing.fares for each row
    when (old.credited_minor_units is distinct from new.credited_minor_units) execute function billing.refuse_change();

update billing.fares fare
set    settled_by = case when exists (
           select from billing.ledger_transfers transfer
           join   billing.ledger_entries entry on entry.transfer_id = transfer.transfer_id
           join   billing.ledger_accounts account on account.account_id = entry.account_id
           where  transfer.ride_id = fare.ride_id and transfer.kind = 'Payment' and account.kind = 'DriverPayable') then 'Cash' else 'Card' end
where  settlement = 'Settled';

-- Credits that were on the receivable until now.
do $$
declare
    given    record;
    transfer uuid;
begin
    for given in
        select   fare.ride_id, fare.passenger_id, fare.currency, -sum(entry.amount_minor_units)::bigint as minor_units, max(transfer.occurred_at) as arisen_at
        from     billing.fares fare
        join     billing.ledger_transfers transfer on transfer.ride_id = fare.ride_id
        join     billing.ledger_entries entry on entry.transfer_id = transfer.transfer_id
        join     billing.ledger_accounts account on account.account_id = entry.account_id
        where    fare.settled_by = 'Cash' and account.kind = 'PassengerReceivable'
        group by fare.ride_id, fare.passenger_id, fare.currency
        having   sum(entry.amount_minor_units) < 0
    loop
        transfer := gen_random_uuid();
        insert into billing.passenger_credits (credit_id, passenger_id, currency, source, cause_id, ride_id, amount_minor_units, left_minor_units, arisen_at)
        values (gen_random_uuid(), given.passenger_id, given.currency, 'CashFare', given.ride_id, given.ride_id, given.minor_units, given.minor_units,
                given.arisen_at);
        insert into billing.ledger_transfers (transfer_id, business_key, kind, ride_id, occurred_at)
        values (transfer, 'credit:' || given.ride_id, 'CreditArisen', given.ride_id, given.arisen_at);
        with account as (
            insert into billing.ledger_accounts as account (kind, party_id, currency, shard, balance_minor_units)
            values ('PassengerCredit', given.passenger_id, given.currency, 0, -given.minor_units),
                   ('PassengerReceivable', given.passenger_id, given.currency, 0, given.minor_units)
            on conflict (kind, party_id, currency, shard) do update set balance_minor_units = account.balance_minor_units + excluded.balance_minor_units
            returning account_id, kind
        )
        insert into billing.ledger_entries (transfer_id, account_id, currency, amount_minor_units)
        select transfer, account_id, given.currency, case kind when 'PassengerCredit' then -given.minor_units else given.minor_units end
        from   account;
    end loop;
end
$$;
