-- What operators took off a fare is the sum of its effective adjustments, each of which is posted once, with its parts, and by two operators where that was asked.
select adjustment.adjustment_id, adjustment.ride_id, adjustment.amount_minor_units, posted.receivable
from   billing.adjustments adjustment
cross  join lateral (
    select coalesce(-sum(entry.amount_minor_units) filter (where account.kind = 'PassengerReceivable'), 0) as receivable,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'DriverPayable'), 0) as driver,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'Commission'), 0) as commission,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'Tax'), 0) as tax,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'Concessions'), 0) as concession
    from   billing.ledger_keys key
    join   billing.ledger_transfers transfer on (transfer.transfer_id, transfer.occurred_at) = (key.transfer_id, key.occurred_at)
    join   billing.ledger_entries entry on entry.transfer_id = transfer.transfer_id
    join   billing.ledger_accounts account on account.account_id = entry.account_id
    where  key.business_key = 'adjustment:' || adjustment.adjustment_id) as posted
where  posted.receivable <> case when adjustment.status = 'Effective' then adjustment.amount_minor_units else 0 end
    or (adjustment.status = 'Effective' and (posted.driver, posted.commission, posted.tax, posted.concession)
        <> (adjustment.driver_minor_units, adjustment.commission_minor_units, adjustment.tax_minor_units, adjustment.concession_minor_units))
    or (adjustment.status = 'Effective' and adjustment.needs_second_operator and adjustment.decided_by = adjustment.proposed_by)
union all
select null, fare.ride_id, fare.adjusted_minor_units, 0
from   billing.fare_settlements fare
where  fare.adjusted_minor_units
       <> (select coalesce(sum(amount_minor_units), 0) from billing.adjustments where ride_id = fare.ride_id and status = 'Effective');
