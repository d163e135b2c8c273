drop index sandbox.refunds_undecided;
alter table sandbox.refunds
    drop column status, drop column outcome, drop column decline_code, drop column decides_at, drop column decided_at;
