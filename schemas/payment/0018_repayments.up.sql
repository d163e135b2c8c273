-- Whoever has money given back again says why; beyond a limit two decide.

create table payment.repayments (
    repayment_id          uuid        primary key,
    order_id              uuid        not null references payment.orders (id),
    amount_minor_units    bigint      not null check (amount_minor_units > 0),
    reason                text        not null check (length(reason) between 1 and 500),
    status                text        not null check (status in ('Proposed', 'Effective', 'Rejected')),
    proposed_by           uuid        not null,
    proposed_at           timestamptz not null,
    needs_second_operator boolean     not null,
    decided_by            uuid,
    decided_at            timestamptz,
    constraint repayments_decided check ((status = 'Proposed') = (decided_at is null) and (decided_at is null) = (decided_by is null)),
    constraint repayments_by_two  check (not (needs_second_operator and status = 'Effective' and decided_by = proposed_by))
);
comment on table  payment.repayments                    is 'Operators who had failed refunds tried again.';
comment on column payment.repayments.amount_minor_units is 'What was to be given back when it was proposed, in the order''s currency.';

create unique index repayments_one_proposed on payment.repayments (order_id) where status = 'Proposed';
create index repayments_of_order            on payment.repayments (order_id, proposed_at);

create trigger repayments_decided_are_final before update on payment.repayments for each row
    when (old.status <> 'Proposed'
        or (old.order_id, old.amount_minor_units, old.reason, old.proposed_by, old.proposed_at, old.needs_second_operator)
           is distinct from (new.order_id, new.amount_minor_units, new.reason, new.proposed_by, new.proposed_at, new.needs_second_operator))
    execute function payment.refuse_change();
create trigger repayments_are_kept    before delete on payment.repayments for each row execute function payment.refuse_change();
create trigger repayments_no_truncate before truncate on payment.repayments for each statement execute function payment.refuse_change();
