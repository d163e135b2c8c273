-- What the provider owes its merchant, movement by movement, and the days on which it settles it: one file per day.

create table sandbox.movements (
    id                 bigint      generated always as identity primary key,
    type               text        not null check (type in ('charge', 'refund', 'chargeback', 'chargeback-reversal', 'transfer')),
    movement_id        uuid        not null,
    key                text        not null,
    amount_minor_units bigint      not null check (amount_minor_units <> 0),
    fee_minor_units    bigint      not null default 0,
    currency           char(3)     not null,
    occurred_at        timestamptz not null default clock_timestamp(),
    settled_on         date,
    constraint movements_once unique (type, movement_id)
);
comment on table  sandbox.movements                    is 'Written by the triggers of what moved the money, in its transaction.';
comment on column sandbox.movements.key                is 'The merchant''s key of it; of a chargeback the dispute''s id.';
comment on column sandbox.movements.amount_minor_units is 'Towards the merchant positive. Transfers are paid from the merchant''s bank account, and listed only.';
comment on column sandbox.movements.fee_minor_units    is 'Taken beside it; negative when given back.';
comment on column sandbox.movements.settled_on         is 'The day whose file has it; null until a day is closed after it.';

create index movements_unsettled on sandbox.movements (occurred_at) where settled_on is null;
create index movements_of_day    on sandbox.movements (settled_on);

create table sandbox.settlements (
    day       date        primary key,
    cut_off   timestamptz not null,
    closed_at timestamptz not null default now()
);
comment on column sandbox.settlements.cut_off is 'What happened before it, and was in no file yet, is in this one.';

create table sandbox.bank_payments (
    day             date    not null references sandbox.settlements (day),
    currency        char(3) not null,
    net_minor_units bigint  not null,
    primary key (day, currency)
);
comment on table sandbox.bank_payments is 'What a closed day came to, paid to the merchant''s bank account; taken from it when negative.';

create function sandbox.note_movement() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'charges' then
        insert into sandbox.movements (type, movement_id, key, amount_minor_units, currency)
        values ('charge', new.id, new.idempotency_key, new.amount_minor_units, new.currency);
    elsif tg_table_name = 'refunds' then
        insert into sandbox.movements (type, movement_id, key, amount_minor_units, currency)
        select 'refund', new.id, new.idempotency_key, -new.amount_minor_units, currency from sandbox.charges where id = new.charge_id;
    elsif tg_table_name = 'transfers' then
        insert into sandbox.movements (type, movement_id, key, amount_minor_units, currency)
        values ('transfer', new.id, new.idempotency_key, -new.amount_minor_units, new.currency);
    elsif new.status = 'Open' then
        insert into sandbox.movements (type, movement_id, key, amount_minor_units, fee_minor_units, currency)
        select 'chargeback', new.id, new.id::text, -new.amount_minor_units, new.fee_minor_units, currency from sandbox.charges where id = new.charge_id;
    else
        insert into sandbox.movements (type, movement_id, key, amount_minor_units, fee_minor_units, currency)
        select 'chargeback-reversal', new.id, new.id::text, new.amount_minor_units, -new.fee_minor_units, currency from sandbox.charges where id = new.charge_id;
    end if;
    return null;
end $$;

create trigger charges_made          after insert on sandbox.charges for each row when (new.status = 'Succeeded') execute function sandbox.note_movement();
create trigger charges_decided_so    after update of status on sandbox.charges for each row
    when (new.status = 'Succeeded' and old.status <> 'Succeeded') execute function sandbox.note_movement();
create trigger refunds_made          after insert on sandbox.refunds for each row when (new.status = 'Succeeded') execute function sandbox.note_movement();
create trigger refunds_decided_so    after update of status on sandbox.refunds for each row
    when (new.status = 'Succeeded' and old.status <> 'Succeeded') execute function sandbox.note_movement();
create trigger transfers_made        after insert on sandbox.transfers for each row when (new.status = 'Succeeded') execute function sandbox.note_movement();
create trigger transfers_decided_so  after update of status on sandbox.transfers for each row
    when (new.status = 'Succeeded' and old.status <> 'Succeeded') execute function sandbox.note_movement();
create trigger disputes_opened       after insert on sandbox.disputes for each row when (new.status = 'Open') execute function sandbox.note_movement();
create trigger disputes_won          after update of status on sandbox.disputes for each row
    when (new.status = 'Won' and old.status = 'Open') execute function sandbox.note_movement();

insert into sandbox.movements (type, movement_id, key, amount_minor_units, fee_minor_units, currency, occurred_at)
select 'charge', id, idempotency_key, amount_minor_units, 0, currency, decided_at from sandbox.charges where status = 'Succeeded'
union all
select 'refund', refund.id, refund.idempotency_key, -refund.amount_minor_units, 0, charge.currency, refund.decided_at
from   sandbox.refunds refund join sandbox.charges charge on charge.id = refund.charge_id where refund.status = 'Succeeded'
union all
select 'transfer', id, idempotency_key, -amount_minor_units, 0, currency, decided_at from sandbox.transfers where status = 'Succeeded'
union all
select 'chargeback', dispute.id, dispute.id::text, -dispute.amount_minor_units, dispute.fee_minor_units, charge.currency, dispute.opened_at
from   sandbox.disputes dispute join sandbox.charges charge on charge.id = dispute.charge_id
union all
select 'chargeback-reversal', dispute.id, dispute.id::text, dispute.amount_minor_units, -dispute.fee_minor_units, charge.currency, dispute.decided_at
from   sandbox.disputes dispute join sandbox.charges charge on charge.id = dispute.charge_id where dispute.status = 'Won';
