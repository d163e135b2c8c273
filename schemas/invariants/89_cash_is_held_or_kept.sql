-- Cash that a driver took is theirs as far as they earned it by that ride, and held for us beyond; nothing but their payouts sets that off, whole, and nobody holds less than none.
-- Before it had an account of its own all of it was booked on what we owe them.
select transfer.transfer_id, transfer.ride_id, transfer.kind, moved.held, moved.kept, moved.received
from   billing.ledger_transfers transfer
cross  join lateral (
    select coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'HeldCash'), 0) as held,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'DriverPayable'), 0) as kept,
           coalesce(-sum(entry.amount_minor_units) filter (where account.kind = 'PassengerReceivable'), 0) as received,
           count(distinct account.party_id) filter (where account.kind in ('DriverPayable', 'HeldCash')) as drivers,
           count(*) filter (where account.kind = 'HeldCash') as touches_cash
    from   billing.ledger_entries entry
    join   billing.ledger_accounts account on account.account_id = entry.account_id
    where  (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)) as moved
left   join lateral (
    select fare.driver_earning_minor_units as minor_units
    from   billing.fare_settlements paid
    join   billing.fares fare on (fare.ride_id, fare.booked_at) = (paid.ride_id, paid.booked_at)
    where  paid.ride_id = transfer.ride_id) as earned on true
where  moved.touches_cash > 0
  and  (transfer.kind not in ('Payment', 'PayoutReserved')
        or moved.drivers <> 1
        or transfer.kind = 'Payment' and (moved.held < 0 or moved.kept < 0 or moved.held + moved.kept <> moved.received or moved.kept > earned.minor_units)
        or transfer.kind = 'PayoutReserved' and moved.held > 0)
union all
select null, null, account.party_id::text, account.balance_minor_units, null, null
from   billing.ledger_accounts account
where  account.kind = 'HeldCash' and account.balance_minor_units < 0
union all
-- A payout sets off all that was held when it was reserved.
select reserved.transfer_id, null, 'left behind', before.minor_units, null, null
from   billing.ledger_transfers reserved
join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (reserved.transfer_id, reserved.occurred_at)
join   billing.ledger_accounts account on account.account_id = entry.account_id and account.kind = 'HeldCash'
cross  join lateral (
    select sum(earlier.amount_minor_units) as minor_units
    from   billing.ledger_entries earlier
    where  earlier.account_id = entry.account_id and earlier.entry_id <= entry.entry_id) as before
where  reserved.kind = 'PayoutReserved' and before.minor_units <> 0;
