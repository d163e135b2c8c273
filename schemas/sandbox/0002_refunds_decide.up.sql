-- Refunds may be declined, decided later and told by webhook, as charges are.

alter table sandbox.refunds
    add column status       text        not null default 'Succeeded' check (status in ('Succeeded', 'Declined', 'Pending')),
    add column outcome      text        not null default 'Succeeded' check (outcome in ('Succeeded', 'Declined')),
    add column decline_code text,
    add column decides_at   timestamptz not null default now(),
    add column decided_at   timestamptz default now(),
    add constraint refunds_decided          check ((status = 'Pending') = (decided_at is null)),
    add constraint refunds_status_is_outcome check (status in ('Pending', outcome)),
    add constraint refunds_decline_has_code check ((outcome = 'Declined') = (decline_code is not null));
alter table sandbox.refunds alter column status drop default, alter column outcome drop default, alter column decided_at drop default;
comment on column sandbox.refunds.outcome is 'What will become of it; the caller sees it once status says so. A declined refund gives its amount back to the charge.';

create index refunds_undecided on sandbox.refunds (decides_at) where status = 'Pending';
