-- A fare that is open leaves what is left to pay of it, without the parts that were collected, on its passenger's receivable, one that
-- was given up or paid in cash nothing, and one that was paid otherwise nothing but a refund on its way, no larger than what was taken off
-- and not set off against a chargeback. (That something was set off may be heard of before the payment.)
select   fare.ride_id, fare.settlement, fare.total_minor_units, fare.adjusted_minor_units, fare.credited_minor_units, fare.collected_minor_units,
         set_off.minor_units as set_off_minor_units, coalesce(sum(entry.amount_minor_units), 0) as receivable_minor_units
from     billing.fare_settlements fare
left     join billing.ledger_transfers transfer on transfer.ride_id = fare.ride_id
left     join billing.ledger_entries entry on entry.transfer_id = transfer.transfer_id
     and entry.account_id in (select account_id from billing.ledger_accounts where kind = 'PassengerReceivable' and party_id = fare.passenger_id)
cross    join lateral (
    select greatest(0, fare.total_minor_units - fare.adjusted_minor_units - fare.credited_minor_units) - fare.collected_minor_units as minor_units) as due
cross    join lateral (select coalesce(sum(amount_minor_units), 0) as minor_units from billing.set_offs where ride_id = fare.ride_id) as set_off
group by fare.ride_id, fare.settlement, fare.settled_by, fare.total_minor_units, fare.adjusted_minor_units, fare.credited_minor_units,
         fare.collected_minor_units, due.minor_units, set_off.minor_units
having   coalesce(sum(entry.amount_minor_units), 0) not between
             case when fare.settlement in ('Pending', 'Owed') then due.minor_units + set_off.minor_units
                  when fare.settlement = 'Settled' and fare.settled_by is distinct from 'Cash' then set_off.minor_units - fare.adjusted_minor_units else 0 end
         and case when fare.settlement in ('Pending', 'Owed') then due.minor_units + set_off.minor_units else 0 end;
