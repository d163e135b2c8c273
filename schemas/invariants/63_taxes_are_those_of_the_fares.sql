-- What the ledger owes the state for a ride is the tax of its fare, less what adjustments took off it; nothing for a void one.
select   fare.ride_id, paid.settlement, fare.tax_minor_units, lowered.minor_units as lowered_minor_units,
         coalesce(-sum(entry.amount_minor_units), 0) as ledger_minor_units
from     billing.fares fare
left     join billing.fare_settlements paid on paid.ride_id = fare.ride_id
cross    join lateral (
    select coalesce(sum(tax_minor_units), 0) as minor_units from billing.adjustments where ride_id = fare.ride_id and status = 'Effective') as lowered
left     join billing.ledger_transfers transfer on transfer.ride_id = fare.ride_id
left     join billing.ledger_entries entry on entry.transfer_id = transfer.transfer_id
     and entry.account_id in (select account_id from billing.ledger_accounts where kind = 'Tax')
group by fare.ride_id, paid.settlement, fare.tax_minor_units, lowered.minor_units
having   coalesce(-sum(entry.amount_minor_units), 0) <> case when paid.settlement = 'Void' then 0 else fare.tax_minor_units - lowered.minor_units end
union all
select   transfer.ride_id, null, null, null, -sum(entry.amount_minor_units)
from     billing.ledger_entries entry
join     billing.ledger_accounts account on account.account_id = entry.account_id and account.kind = 'Tax'
join     billing.ledger_transfers transfer on transfer.transfer_id = entry.transfer_id
where    not exists (select from billing.fares where ride_id = transfer.ride_id)
group by transfer.ride_id;
