-- Who forgives a lost chargeback gives a debt up: beyond a limit two decide, and what was rejected is kept, too.

create table billing.forgivenesses (
    forgiveness_id        uuid        primary key,
    dispute_id            uuid        not null,
    amount_minor_units    bigint      not null check (amount_minor_units > 0),
    reason                text        not null check (length(reason) between 1 and 500),
    status                text        not null check (status in ('Proposed', 'Effective', 'Rejected')),
    proposed_by           uuid        not null,
    proposed_at           timestamptz not null,
    needs_second_operator boolean     not null,
    decided_by            uuid,
    decided_at            timestamptz,
    constraint forgivenesses_decided check ((status = 'Proposed') = (decided_at is null) and (decided_at is null) = (decided_by is null)),
    constraint forgivenesses_by_two  check (not (needs_second_operator and status = 'Effective' and decided_by = proposed_by))
);
comment on table  billing.forgivenesses                    is 'Operators'' decisions that a passenger does not owe a lost chargeback any more, and proposals of them.';
comment on column billing.forgivenesses.dispute_id         is 'Of lost_chargebacks or top_up_chargebacks.';
comment on column billing.forgivenesses.amount_minor_units is 'What is forgiven, in the chargeback''s currency.';

create unique index forgivenesses_one_per_dispute on billing.forgivenesses (dispute_id) where status <> 'Rejected';

create trigger forgivenesses_decided_are_final before update on billing.forgivenesses for each row
    when (old.status <> 'Proposed'
        or (old.dispute_id, old.amount_minor_units, old.reason, old.proposed_by, old.proposed_at, old.needs_second_operator)
           is distinct from (new.dispute_id, new.amount_minor_units, new.reason, new.proposed_by, new.proposed_at, new.needs_second_operator))
    execute function billing.refuse_change();
create trigger forgivenesses_are_kept    before delete on billing.forgivenesses for each row execute function billing.refuse_change();
create trigger forgivenesses_no_truncate before truncate on billing.forgivenesses for each statement execute function billing.refuse_change();

insert into billing.forgivenesses (
    forgiveness_id, dispute_id, amount_minor_units, reason, status, proposed_by, proposed_at, needs_second_operator, decided_by, decided_at)
select gen_random_uuid(), dispute_id, amount_minor_units, reason, 'Effective', forgiven_by, forgiven_at, false, forgiven_by, forgiven_at
from   billing.lost_chargebacks
where  forgiven_at is not null;
