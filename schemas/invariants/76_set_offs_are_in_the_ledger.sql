-- What was paid beyond what is left of a fare, and is not given back, is set off as far as banks took the charge for good; no more, and nothing of a fare that
-- was not paid in the end. Billing has heard of all of it, and its ledger has it: the passenger is due so much less, and our loss is so much smaller.
select orders.id, orders.ride_id, orders.set_off_minor_units, due.minor_units as due_minor_units, told.minor_units as told_minor_units,
       posted.receivable, posted.losses
from   payment.orders orders
cross  join lateral (
    select coalesce(sum(amount_minor_units), 0) as minor_units
    from   payment.attempts where order_id = orders.id and status = 'Succeeded' and kind <> 'Cash') as paid
cross  join lateral (
    select coalesce(sum(amount_minor_units), 0) as minor_units from payment.refunds where order_id = orders.id and status <> 'Failed') as returned
cross  join lateral (
    select coalesce(sum(amount_minor_units), 0) as minor_units
    from   payment.disputes where order_id = orders.id and status = 'Lost' and surplus_id is null) as lost
cross  join lateral (
    select case when orders.status = 'Settled' and orders.kind <> 'Cash'
           then greatest(0, least(greatest(0, paid.minor_units - (orders.amount_minor_units - orders.adjusted_minor_units)) - returned.minor_units,
               lost.minor_units))
           else 0 end as minor_units) as due
cross  join lateral (select coalesce(sum(amount_minor_units), 0) as minor_units from billing.set_offs where ride_id = orders.ride_id) as told
cross  join lateral (
    select coalesce(sum(entry.amount_minor_units) filter (
               where account.kind = 'PassengerReceivable' and account.party_id = orders.passenger_id), 0) as receivable,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'ChargebackLosses'), 0) as losses
    from   billing.ledger_transfers transfer
    join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
    join   billing.ledger_accounts account on account.account_id = entry.account_id
    where  transfer.ride_id = orders.ride_id and transfer.kind = 'SetOff') as posted
where  (orders.set_off_minor_units, told.minor_units, posted.receivable, posted.losses) is distinct from
       (due.minor_units, due.minor_units, due.minor_units, -due.minor_units);
