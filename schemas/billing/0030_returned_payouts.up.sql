-- A bank may send a payout back after it had arrived: it is on the driver's balance again.

alter table billing.payouts
    add column returned_at timestamptz,
    drop constraint payouts_status_check,
    add constraint payouts_status_check check (status in ('Reserved', 'Sent', 'Failed', 'Returned')),
    drop constraint payouts_failure,
    add constraint payouts_failure check ((status in ('Failed', 'Returned')) = (failure_code is not null)),
    add constraint payouts_returned check ((status = 'Returned') = (returned_at is not null));
comment on table  billing.payouts             is 'Money that drivers are paid. Reserved: taken off their balance. Failed: back on it. Returned: sent, and back on it.';
comment on column billing.payouts.ended_at    is 'City time; of one that came back, when it was sent.';
comment on column billing.payouts.returned_at is 'City time.';

-- Of what was sent only this may still be said: that it came back.
drop trigger payouts_ended_stay on billing.payouts;
create trigger payouts_ended_stay before update on billing.payouts for each row
    when (old.status in ('Failed', 'Returned')
        or old.status = 'Sent' and (new.status <> 'Returned' or new.ended_at is distinct from old.ended_at)
        or new.status = 'Returned' and old.status <> 'Sent'
        or (old.driver_id, old.currency, old.amount_minor_units, old.fee_minor_units)
            is distinct from (new.driver_id, new.currency, new.amount_minor_units, new.fee_minor_units)) execute function billing.refuse_change();
