-- A fare and its settlement are each other's and copies of what they share, and the fare is in the books under the instant of its transfer: in the same month.
select coalesce(fare.ride_id, paid.ride_id) as ride_id, fare.fare_id, paid.fare_id as settled_fare_id, fare.booked_at, paid.booked_at as settled_booked_at,
       posted.occurred_at as posted_at
from   billing.fares fare
full   join billing.fare_settlements paid on paid.ride_id = fare.ride_id
left   join billing.ledger_keys posted on posted.business_key = 'fare:' || fare.fare_id
where  fare.ride_id is null
   or  paid.ride_id is null
   or  (paid.fare_id, paid.booked_at, paid.passenger_id, paid.currency, paid.total_minor_units, paid.credited_minor_units)
       <> (fare.fare_id, fare.booked_at, fare.passenger_id, fare.currency, fare.total_minor_units, fare.credited_minor_units)
   or  posted.occurred_at <> fare.booked_at;
