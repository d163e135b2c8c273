-- What we hold to have moved at the provider, movement by movement, held against its settlement files.

create table payment.movements (
    type               text        not null check (type in ('charge', 'refund', 'chargeback', 'chargeback-reversal', 'transfer')),
    key                text        not null,
    provider           text        not null,
    amount_minor_units bigint      not null check (amount_minor_units <> 0),
    fee_minor_units    bigint      not null default 0,
    currency           char(3)     not null,
    ledger_key         text        not null,
    recorded_at        timestamptz not null default clock_timestamp(),
    settled_on         date,
    ledger_agreed      boolean     not null default false,
    primary key (type, key)
);
comment on table  payment.movements                    is 'Written by the triggers of what ended, in its transaction.';
comment on column payment.movements.key                is 'The id of the attempt, the top-up, the refund or the payout; of a chargeback, the provider''s name of the dispute.';
comment on column payment.movements.amount_minor_units is 'Towards us positive.';
comment on column payment.movements.ledger_key         is 'The business key under which billing''s ledger has it.';
comment on column payment.movements.recorded_at        is 'System time.';
comment on column payment.movements.ledger_agreed      is 'Billing''s ledger had it with this amount, when it was last asked.';
comment on column payment.movements.settled_on         is 'The day whose final file agreed with it.';

create index movements_unsettled on payment.movements (provider, recorded_at) where settled_on is null;
create index movements_unagreed  on payment.movements (provider, ledger_key) where not ledger_agreed;
create index movements_of_day    on payment.movements (provider, settled_on);

create function payment.note_movement() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'attempts' then
        insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
        select 'charge', new.id, method.provider, new.amount_minor_units, new.currency, 'payment:' || new.order_id
        from   payment.payment_methods method where method.id = new.payment_method_id;
    elsif tg_table_name = 'top_ups' then
        insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
        select 'charge', new.id, method.provider, new.amount_minor_units, new.currency, 'top-up:' || new.id
        from   payment.payment_methods method where method.id = new.payment_method_id;
    elsif tg_table_name = 'refunds' then
        insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
        select 'refund', new.id, method.provider, -new.amount_minor_units, new.currency, 'refund:' || new.id
        from   payment.attempts attempt join payment.payment_methods method on method.id = attempt.payment_method_id where attempt.id = new.attempt_id;
    elsif tg_table_name = 'payouts' then
        insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
        select 'transfer', new.id, account.provider, -new.amount_minor_units, new.currency, 'payout-sent:' || new.id
        from   payment.bank_accounts account where account.id = new.bank_account_id;
    elsif new.status = 'Received' then
        insert into payment.movements (type, key, provider, amount_minor_units, fee_minor_units, currency, ledger_key)
        values ('chargeback', new.provider_dispute_id, new.provider, -new.amount_minor_units, new.fee_minor_units, new.currency, 'chargeback:' || new.id);
    else
        insert into payment.movements (type, key, provider, amount_minor_units, fee_minor_units, currency, ledger_key)
        values ('chargeback-reversal', new.provider_dispute_id, new.provider, new.amount_minor_units, -new.fee_minor_units, new.currency, 'chargeback-won:' || new.id);
    end if;
    return null;
end $$;

create trigger attempts_moved after update of status on payment.attempts for each row
    when (new.status = 'Succeeded' and old.status <> 'Succeeded' and new.kind = 'Card') execute function payment.note_movement();
create trigger top_ups_moved after update of status on payment.top_ups for each row
    when (new.status = 'Succeeded' and old.status <> 'Succeeded') execute function payment.note_movement();
-- What goes back to a wallet is inserted as it ended, and moves nothing at a provider.
create trigger refunds_moved after update of status on payment.refunds for each row
    when (new.status = 'Succeeded' and old.status <> 'Succeeded') execute function payment.note_movement();
create trigger payouts_moved after update of status on payment.payouts for each row
    when (new.status = 'Succeeded' and old.status <> 'Succeeded') execute function payment.note_movement();
create trigger disputes_received after insert on payment.disputes for each row execute function payment.note_movement();
create trigger disputes_reversed after update of status on payment.disputes for each row
    when (new.status = 'Won' and old.status = 'Received') execute function payment.note_movement();

insert into payment.movements (type, key, provider, amount_minor_units, fee_minor_units, currency, ledger_key)
select 'charge', attempt.id::text, method.provider, attempt.amount_minor_units, 0, attempt.currency, 'payment:' || attempt.order_id
from   payment.attempts attempt join payment.payment_methods method on method.id = attempt.payment_method_id
where  attempt.status = 'Succeeded' and attempt.kind = 'Card'
union all
select 'charge', top_up.id::text, method.provider, top_up.amount_minor_units, 0, top_up.currency, 'top-up:' || top_up.id
from   payment.top_ups top_up join payment.payment_methods method on method.id = top_up.payment_method_id where top_up.status = 'Succeeded'
union all
select 'refund', refund.id::text, method.provider, -refund.amount_minor_units, 0, refund.currency, 'refund:' || refund.id
from   payment.refunds refund
join   payment.attempts attempt on attempt.id = refund.attempt_id
join   payment.payment_methods method on method.id = attempt.payment_method_id
where  refund.status = 'Succeeded' and attempt.kind = 'Card'
union all
select 'transfer', payout.id::text, account.provider, -payout.amount_minor_units, 0, payout.currency, 'payout-sent:' || payout.id
from   payment.payouts payout join payment.bank_accounts account on account.id = payout.bank_account_id where payout.status = 'Succeeded'
union all
select 'chargeback', provider_dispute_id, provider, -amount_minor_units, fee_minor_units, currency, 'chargeback:' || id from payment.disputes
union all
select 'chargeback-reversal', provider_dispute_id, provider, amount_minor_units, -fee_minor_units, currency, 'chargeback-won:' || id from payment.disputes where status = 'Won';

create table payment.reconciliations (
    provider          text        not null,
    day               date        not null,
    status            text        not null check (status in ('Due', 'Preliminary', 'Final')),
    due_at            timestamptz,
    requested_by      uuid,
    as_of             timestamptz,
    lines             int         check (lines >= 0),
    failure           text,
    finished_at       timestamptz,
    ledger_checked_at timestamptz,
    primary key (provider, day),
    constraint reconciliations_finished check ((status = 'Due') <= (as_of is null) and (as_of is null) = (lines is null))
);
comment on table  payment.reconciliations                   is 'One per provider and day of its calendar. Preliminary: the day''s file was not closed yet. System time throughout.';
comment on column payment.reconciliations.due_at            is 'When it is to be done, or done again; while a worker is at it, when another may take over. Null: nothing is to be done.';
comment on column payment.reconciliations.as_of             is 'The file''s cut-off.';
comment on column payment.reconciliations.failure           is 'Why the last try came to nothing.';
comment on column payment.reconciliations.ledger_checked_at is 'When billing''s ledger was last held against it; null while it was away.';

create index reconciliations_due on payment.reconciliations (due_at) where due_at is not null;

create table payment.settlement_lines (
    provider           text        not null,
    day                date        not null,
    line               int         not null,
    final              boolean     not null,
    type               text        not null,
    reference          text        not null,
    key                text        not null,
    amount_minor_units bigint      not null,
    fee_minor_units    bigint      not null,
    currency           char(3)     not null,
    occurred_at        timestamptz not null,
    primary key (provider, day, line),
    foreign key (provider, day) references payment.reconciliations (provider, day)
);
comment on table payment.settlement_lines is 'The provider''s files as they came. Those of a day that is not closed are replaced with each look.';

create index settlement_lines_by_key on payment.settlement_lines (type, key);

create trigger settlement_lines_final_stay before update or delete on payment.settlement_lines for each row
    when (old.final) execute function payment.refuse_change();

create table payment.settlements (
    settlement_id   uuid        primary key,
    provider        text        not null,
    day             date        not null,
    currency        char(3)     not null,
    net_minor_units bigint      not null,
    created_at      timestamptz not null default now(),
    constraint settlements_once unique (provider, day, currency)
);
comment on table payment.settlements is 'What closed days came to, as the provider paid it to our bank account; negative when it took it.';

create trigger settlements_are_kept before update or delete on payment.settlements for each row execute function payment.refuse_change();

create table payment.differences (
    id                 uuid        primary key,
    provider           text        not null,
    day                date        not null,
    type               text        not null,
    key                text        not null,
    cause              text        not null check (cause in (
        'MissingAtOurs', 'MissingAtTheirs', 'AmountDiffers', 'StateDiffers', 'CutOff', 'MissingInLedger', 'LedgerDiffers', 'NetDiffers')),
    ours_minor_units   bigint,
    theirs_minor_units bigint,
    currency           char(3)     not null,
    our_state          text,
    found_at           timestamptz not null default now(),
    closed_at          timestamptz,
    closed_by          date,
    constraint differences_closed check ((closed_at is null) = (closed_by is null))
);
comment on table  payment.differences                    is 'Whatever a settlement file and our books do not agree about. They close themselves when a later look explains them.';
comment on column payment.differences.day                is 'The file in whose comparison it was found.';
comment on column payment.differences.cause              is 'MissingAtOurs, MissingAtTheirs, AmountDiffers (sum of its lines, fee included), StateDiffers (ours has not succeeded), CutOff (too close to the cut-off to be missed yet), MissingInLedger, LedgerDiffers (billing''s ledger), NetDiffers (what was paid to the bank is not the sum of the lines).';
comment on column payment.differences.closed_by          is 'The day whose comparison explained it.';

create unique index differences_one_open on payment.differences (provider, type, key, cause) where closed_at is null;
create index differences_of_day on payment.differences (provider, day);

create trigger differences_closed_stay before update on payment.differences for each row when (old.closed_at is not null) execute function payment.refuse_change();
create trigger differences_are_kept before delete on payment.differences for each row execute function payment.refuse_change();
