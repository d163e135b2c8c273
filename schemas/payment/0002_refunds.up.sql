-- Money that goes back to passengers, and orders that operators close.

create function payment.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% is final', tg_table_schema, tg_table_name using errcode = 'insufficient_privilege';
end $$;

alter table payment.orders add column adjusted_minor_units bigint not null default 0;
alter table payment.orders add constraint orders_adjusted_within_amount check (adjusted_minor_units between 0 and amount_minor_units);
comment on column payment.orders.adjusted_minor_units is 'What operators have taken off the fare since, as billing told; the rest is to be collected.';

create trigger orders_ended_stay before update on payment.orders for each row
    when (old.status in ('Settled', 'WrittenOff', 'Void') and new.status <> old.status) execute function payment.refuse_change();

alter table payment.attempts add column refunded_minor_units bigint not null default 0;
alter table payment.attempts add constraint attempts_refunds_within_captured check (
    refunded_minor_units between 0 and amount_minor_units and (refunded_minor_units = 0 or status = 'Succeeded'));
comment on column payment.attempts.refunded_minor_units is 'What of it was given back or is on its way back; kept by the refunds themselves.';

create trigger attempts_ended_stay before update on payment.attempts for each row
    when (old.status in ('Succeeded', 'Declined') and new.status <> old.status) execute function payment.refuse_change();

create table payment.adjustments (
    adjustment_id      uuid        primary key,
    ride_id            uuid        not null,
    amount_minor_units bigint      not null check (amount_minor_units > 0),
    currency           char(3)     not null,
    occurred_at        timestamptz not null
);
comment on table payment.adjustments is 'Lowerings of fares as billing told them; may be heard before the fare itself.';

create index adjustments_of_ride on payment.adjustments (ride_id);

create table payment.refunds (
    id                 uuid        primary key,
    order_id           uuid        not null references payment.orders (id),
    attempt_id         uuid        not null references payment.attempts (id),
    amount_minor_units bigint      not null check (amount_minor_units > 0),
    currency           char(3)     not null,
    status             text        not null check (status in ('Due', 'Sent', 'Succeeded', 'Failed')),
    provider_refund_id text,
    failure_code       text,
    sends              int         not null default 0 check (sends >= 0),
    due_at             timestamptz not null,
    lease              uuid,
    created_at         timestamptz not null,
    ended_at           timestamptz,
    constraint refunds_ended_at check ((status in ('Succeeded', 'Failed')) = (ended_at is not null)),
    constraint refunds_failure  check ((status = 'Failed') = (failure_code is not null))
);
comment on table  payment.refunds            is 'Money on its way back to a card. Due: nothing sent yet. Sent: the provider may have paid it back, ask until known. The id is the provider''s idempotency key.';
comment on column payment.refunds.attempt_id is 'The attempt that captured what goes back; it counts its refunds, and they never exceed it.';
comment on column payment.refunds.due_at     is 'System time. While a worker holds the refund: when its lease ends and another may take over.';

create index refunds_due      on payment.refunds (due_at) where status in ('Due', 'Sent');
create index refunds_of_order on payment.refunds (order_id);

-- The guard behind "never more than was captured": whoever writes a refund takes its amount from the attempt, and a failed one puts it back.
create function payment.count_refund() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        update payment.attempts set refunded_minor_units = refunded_minor_units + new.amount_minor_units where id = new.attempt_id;
    elsif new.status = 'Failed' then
        update payment.attempts set refunded_minor_units = refunded_minor_units - new.amount_minor_units where id = new.attempt_id;
    end if;
    return null;
end $$;

create trigger refunds_counted       after insert or update of status on payment.refunds for each row execute function payment.count_refund();
create trigger refunds_ended_stay    before update on payment.refunds for each row
    when (old.status in ('Succeeded', 'Failed')) execute function payment.refuse_change();
create trigger refunds_keep_amounts  before update on payment.refunds for each row
    when ((old.order_id, old.attempt_id, old.amount_minor_units, old.currency) is distinct from (new.order_id, new.attempt_id, new.amount_minor_units, new.currency))
    execute function payment.refuse_change();
create trigger refunds_are_kept      before delete on payment.refunds for each row execute function payment.refuse_change();
create trigger refunds_no_truncate   before truncate on payment.refunds for each statement execute function payment.refuse_change();

create table payment.closures (
    closure_id            uuid        primary key,
    order_id              uuid        not null references payment.orders (id),
    kind                  text        not null check (kind in ('WriteOff', 'Void')),
    reason                text        not null check (length(reason) between 1 and 500),
    amount_minor_units    bigint      not null check (amount_minor_units >= 0),
    status                text        not null check (status in ('Proposed', 'Effective', 'Rejected')),
    proposed_by           uuid        not null,
    proposed_at           timestamptz not null,
    needs_second_operator boolean     not null,
    decided_by            uuid,
    decided_at            timestamptz,
    constraint closures_decided check ((status = 'Proposed') = (decided_at is null) and (decided_at is null) = (decided_by is null)),
    constraint closures_by_two  check (not (needs_second_operator and status = 'Effective' and decided_by = proposed_by))
);
comment on table  payment.closures                    is 'Orders that operators gave up. WriteOff: it was owed, nobody will pay. Void: it should never have been owed.';
comment on column payment.closures.amount_minor_units is 'What was open when it was proposed.';

create unique index closures_one_per_order on payment.closures (order_id) where status in ('Proposed', 'Effective');

create trigger closures_decided_are_final before update on payment.closures for each row
    when (old.status <> 'Proposed') execute function payment.refuse_change();
create trigger closures_are_kept before delete on payment.closures for each row execute function payment.refuse_change();
