-- A settled ride leaves nothing on its passenger's receivable; an open one leaves its whole total.
select   fare.ride_id, fare.settlement, fare.total_minor_units, coalesce(sum(entry.amount_minor_units), 0) as receivable_minor_units
from     billing.fares fare
left     join billing.ledger_transfers transfer on transfer.ride_id = fare.ride_id
left     join billing.ledger_entries entry on entry.transfer_id = transfer.transfer_id
     and entry.account_id in (select account_id from billing.ledger_accounts where kind = 'PassengerReceivable' and party_id = fare.passenger_id)
group by fare.ride_id, fare.settlement, fare.total_minor_units
having   coalesce(sum(entry.amount_minor_units), 0) <> case when fare.settlement = 'Settled' then 0 else fare.total_minor_units end;
