drop trigger payouts_ended_stay on billing.payouts;
create trigger payouts_ended_stay before update on billing.payouts for each row
    when (old.status <> 'Reserved' or (old.driver_id, old.currency, old.amount_minor_units, old.fee_minor_units)
        is distinct from (new.driver_id, new.currency, new.amount_minor_units, new.fee_minor_units)) execute function billing.refuse_change();
alter table billing.payouts
    drop constraint payouts_returned,
    drop constraint payouts_status_check,
    add constraint payouts_status_check check (status in ('Reserved', 'Sent', 'Failed')),
    drop constraint payouts_failure,
    add constraint payouts_failure check ((status = 'Failed') = (failure_code is not null)),
    drop column returned_at;
comment on table  billing.payouts          is 'Money that drivers are paid. Reserved: taken off their balance. Failed: back on it.';
comment on column billing.payouts.ended_at is null;
