-- Every fare with anything to move is posted once, with its parts: what passenger and promotion give, driver, commission and tax get.
select fare.fare_id, fare.ride_id, fare.total_minor_units, posted.*
from   billing.fares fare
left   join lateral (
    select count(distinct transfer.transfer_id) as transfers,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'PassengerReceivable'), 0) as receivable,
           coalesce(-sum(entry.amount_minor_units) filter (where account.kind = 'DriverPayable'), 0) as earning,
           coalesce(-sum(entry.amount_minor_units) filter (where account.kind = 'Commission'), 0) as commission,
           coalesce(-sum(entry.amount_minor_units) filter (where account.kind = 'Tax'), 0) as tax,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind in ('PromotionExpense', 'Concessions')), 0) as promotion
    from   billing.ledger_keys key
    join   billing.ledger_transfers transfer on (transfer.transfer_id, transfer.occurred_at) = (key.transfer_id, key.occurred_at)
    join   billing.ledger_entries entry on entry.transfer_id = transfer.transfer_id
    join   billing.ledger_accounts account on account.account_id = entry.account_id
    where  key.business_key = 'fare:' || fare.fare_id) as posted on true
where  posted.transfers <> (fare.total_minor_units + fare.promotion_minor_units > 0)::int
    or (posted.receivable, posted.earning, posted.commission, posted.tax, posted.promotion)
       <> (fare.total_minor_units, fare.driver_earning_minor_units, fare.commission_minor_units, fare.tax_minor_units, fare.promotion_minor_units);
