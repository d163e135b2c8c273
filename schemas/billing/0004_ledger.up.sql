-- Double entry. A debit is positive, a credit negative; the entries of a transfer sum to zero, checked at commit.

create table billing.ledger_accounts (
    account_id          bigint   generated always as identity primary key,
    kind                text     not null check (kind in ('PassengerReceivable', 'DriverPayable', 'Commission', 'Tax', 'ProviderClearing')),
    party_id            uuid     not null,
    currency            char(3)  not null,
    shard               smallint not null,
    balance_minor_units bigint   not null,
    constraint ledger_accounts_one_per_party unique (kind, party_id, currency, shard),
    constraint ledger_accounts_currency      unique (account_id, currency),
    constraint ledger_accounts_shared_only   check (shard = 0 or party_id = '00000000-0000-0000-0000-000000000000')
) with (fillfactor = 70);
comment on table  billing.ledger_accounts                     is 'Who stands where. Balances are kept in the transaction of their entries and can be derived from them.';
comment on column billing.ledger_accounts.kind                is 'PassengerReceivable: owes us. DriverPayable: we owe (cash held by the driver counts against it). Commission, Tax: ours and the state''s. ProviderClearing: captured by the provider.';
comment on column billing.ledger_accounts.party_id            is 'Passenger or driver; nil for our own accounts.';
comment on column billing.ledger_accounts.shard               is 'Our own accounts are split, so that all rides of a second do not wait for one row; their balance is the sum of the shards.';
comment on column billing.ledger_accounts.balance_minor_units is 'Sum of the account''s entries: positive is a debit balance.';

create table billing.ledger_transfers (
    transfer_id  uuid        primary key,
    business_key text        not null,
    kind         text        not null check (kind in ('Fare', 'Payment')),
    ride_id      uuid        not null,
    occurred_at  timestamptz not null,
    created_at   timestamptz not null default now(),
    constraint ledger_transfers_once unique (business_key)
);
comment on column billing.ledger_transfers.business_key is 'What happened, for example fare:<fare id> or payment:<order id>; posts once.';
comment on column billing.ledger_transfers.created_at   is 'System time.';

create table billing.ledger_entries (
    entry_id           bigint  generated always as identity primary key,
    transfer_id        uuid    not null references billing.ledger_transfers,
    account_id         bigint  not null,
    currency           char(3) not null,
    amount_minor_units bigint  not null check (amount_minor_units <> 0),
    constraint ledger_entries_once unique (transfer_id, account_id),
    foreign key (account_id, currency) references billing.ledger_accounts (account_id, currency)
);
comment on column billing.ledger_entries.amount_minor_units is 'Debit positive, credit negative.';

create index ledger_entries_of_account on billing.ledger_entries (account_id, entry_id desc);

create function billing.check_transfer() returns trigger language plpgsql as $$
begin
    if (select count(*) < 2 from billing.ledger_entries where transfer_id = new.transfer_id)
        or exists (select from billing.ledger_entries where transfer_id = new.transfer_id group by currency having sum(amount_minor_units) <> 0)
    then
        raise exception 'ledger transfer % does not balance', new.transfer_id using errcode = 'check_violation', constraint = 'ledger_transfers_balance';
    end if;
    return null;
end $$;

create constraint trigger ledger_transfers_balance after insert on billing.ledger_transfers
    deferrable initially deferred for each row execute function billing.check_transfer();
create constraint trigger ledger_entries_balance after insert on billing.ledger_entries
    deferrable initially deferred for each row execute function billing.check_transfer();

create trigger ledger_transfers_append_only before update or delete on billing.ledger_transfers for each row execute function billing.refuse_change();
create trigger ledger_transfers_no_truncate before truncate on billing.ledger_transfers for each statement execute function billing.refuse_change();
create trigger ledger_entries_append_only before update or delete on billing.ledger_entries for each row execute function billing.refuse_change();
create trigger ledger_entries_no_truncate before truncate on billing.ledger_entries for each statement execute function billing.refuse_change();
create trigger ledger_accounts_are_kept before delete on billing.ledger_accounts for each row execute function billing.refuse_change();
