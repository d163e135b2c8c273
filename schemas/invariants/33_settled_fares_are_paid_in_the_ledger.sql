-- A fare that is open leaves what is left of it on its passenger's receivable, one that was given up nothing, and a settled one nothing but
-- a credit, no larger than what was taken off: cash that stays with the driver, or a refund on its way.
select   fare.ride_id, fare.settlement, fare.total_minor_units, fare.adjusted_minor_units, coalesce(sum(entry.amount_minor_units), 0) as receivable_minor_units
from     billing.fares fare
left     join billing.ledger_transfers transfer on transfer.ride_id = fare.ride_id
left     join billing.ledger_entries entry on entry.transfer_id = transfer.transfer_id
     and entry.account_id in (select account_id from billing.ledger_accounts where kind = 'PassengerReceivable' and party_id = fare.passenger_id)
group by fare.ride_id, fare.settlement, fare.total_minor_units, fare.adjusted_minor_units
having   coalesce(sum(entry.amount_minor_units), 0) not between
             case fare.settlement when 'Settled' then -fare.adjusted_minor_units when 'WrittenOff' then 0 when 'Void' then 0 else fare.total_minor_units - fare.adjusted_minor_units end
         and case when fare.settlement in ('Settled', 'WrittenOff', 'Void') then 0 else fare.total_minor_units - fare.adjusted_minor_units end;
