-- A driver owes what the tariff says for giving a ride up that was still what they had accepted, after the grace period and without an excuse: once, off their
-- own balance, and nothing else is owed for that.
select bill.ride_id, bill.driver_id, bill.cancel_reason, bill.driver_fee_minor_units, owed.minor_units as owed_minor_units, posted.minor_units as posted_minor_units
from   billing.rides bill
left   join billing.quotes quote on quote.quote_id = bill.quote_id
left   join billing.fare_policies policy on (policy.policy_id, policy.version) = (quote.policy_id, quote.policy_version)
cross  join lateral (
    select case when bill.cancelled_by = 'Driver' and bill.matched_quote_id = bill.quote_id and bill.cancel_reason in ('pickup-too-far', 'other', 'driver-no-show')
                 and bill.cancelled_at - bill.assigned_at > make_interval(secs => coalesce(policy.cancellation_driver_grace_seconds, policy.cancellation_grace_seconds))
                then coalesce(policy.cancellation_driver_fee_minor_units, 0) else 0 end as minor_units) owed
cross  join lateral (
    select coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'DriverPayable' and account.party_id = bill.driver_id), 0) as minor_units,
           coalesce(-sum(entry.amount_minor_units) filter (where account.kind = 'DriverFees'), 0) as ours
    from   billing.ledger_transfers transfer
    join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
    join   billing.ledger_accounts account on account.account_id = entry.account_id
    where  transfer.ride_id = bill.ride_id and transfer.kind = 'DriverCancellation') posted
where  (bill.driver_fee_minor_units is not null or bill.status <> 'Open')
and    (bill.driver_fee_minor_units <> owed.minor_units
     or (bill.driver_fee_minor_units is not null and bill.cancelled_by is distinct from 'Driver')
     or posted.minor_units <> coalesce(bill.driver_fee_minor_units, 0)
     or posted.ours <> coalesce(bill.driver_fee_minor_units, 0))
union  all
select transfer.ride_id, null, transfer.kind, null, null, entry.amount_minor_units
from   billing.ledger_entries entry
join   billing.ledger_accounts account on account.account_id = entry.account_id and account.kind = 'DriverFees'
join   billing.ledger_transfers transfer on (transfer.transfer_id, transfer.occurred_at) = (entry.transfer_id, entry.occurred_at)
where  transfer.kind <> 'DriverCancellation' or not exists (select from billing.rides where ride_id = transfer.ride_id and driver_fee_minor_units > 0);
