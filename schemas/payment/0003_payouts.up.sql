-- Where drivers are paid, and the money on its way there.

create table payment.bank_accounts (
    id         uuid        primary key,
    driver_id  uuid        not null,
    details    bytea,
    ends_with  text        not null check (length(ends_with) <= 4),
    version    bigint      not null check (version >= 1),
    created_at timestamptz not null,
    removed_at timestamptz,
    constraint bank_accounts_details_of_live_ones check ((details is null) = (removed_at is not null)),
    constraint bank_accounts_versions unique (driver_id, version)
);
comment on table  payment.bank_accounts           is 'One live account per driver; a change removes the old one.';
comment on column payment.bank_accounts.details   is 'Holder, bank and number as JSON, AES-256-GCM: nonce (12), tag (16), ciphertext; the id is authenticated with it. Erased on removal.';
comment on column payment.bank_accounts.ends_with is 'The last characters of the number: all that is ever shown.';
comment on column payment.bank_accounts.version   is 'Counts the changes of the driver''s account, and the events that tell of them.';

create unique index bank_accounts_one_per_driver on payment.bank_accounts (driver_id) where removed_at is null;

create table payment.payouts (
    id                   uuid        primary key,
    driver_id            uuid        not null,
    bank_account_id      uuid        references payment.bank_accounts (id),
    amount_minor_units   bigint      not null check (amount_minor_units > 0),
    currency             char(3)     not null,
    status               text        not null check (status in ('Due', 'Sent', 'Succeeded', 'Failed')),
    provider_transfer_id text,
    failure_code         text,
    sends                int         not null default 0 check (sends >= 0),
    due_at               timestamptz not null,
    lease                uuid,
    created_at           timestamptz not null,
    ended_at             timestamptz,
    constraint payouts_ended_at check ((status in ('Succeeded', 'Failed')) = (ended_at is not null)),
    constraint payouts_failure  check ((status = 'Failed') = (failure_code is not null)),
    constraint payouts_somewhere check (bank_account_id is not null or status = 'Failed')
);
comment on table  payment.payouts        is 'Payouts that billing has reserved; the id is billing''s and the provider''s idempotency key. Due: nothing sent yet. Sent: the provider may have paid, ask until known.';
comment on column payment.payouts.due_at is 'System time. While a worker holds the payout: when its lease ends and another may take over.';

create index payouts_due       on payment.payouts (due_at) where status in ('Due', 'Sent');
create index payouts_of_driver on payment.payouts (driver_id) where status in ('Due', 'Sent');

create trigger payouts_ended_stay   before update on payment.payouts for each row
    when (old.status in ('Succeeded', 'Failed')) execute function payment.refuse_change();
create trigger payouts_keep_amounts before update on payment.payouts for each row
    when ((old.driver_id, old.bank_account_id, old.amount_minor_units, old.currency) is distinct from (new.driver_id, new.bank_account_id, new.amount_minor_units, new.currency))
    execute function payment.refuse_change();
create trigger payouts_are_kept     before delete on payment.payouts for each row execute function payment.refuse_change();
create trigger payouts_no_truncate  before truncate on payment.payouts for each statement execute function payment.refuse_change();
