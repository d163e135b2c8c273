-- A fare and its key are each other's, and the fare is in the books under the instant of its transfer: in the same month.
select coalesce(fare.ride_id, key.ride_id) as ride_id, fare.fare_id, key.fare_id as keyed_fare_id, fare.booked_at, key.booked_at as keyed_at,
       posted.occurred_at as posted_at
from   billing.fares fare
full   join billing.fare_keys key on key.ride_id = fare.ride_id
left   join billing.ledger_keys posted on posted.business_key = 'fare:' || fare.fare_id
where  fare.ride_id is null
   or  key.ride_id is null
   or  (key.fare_id, key.booked_at) <> (fare.fare_id, fare.booked_at)
   or  posted.occurred_at <> fare.booked_at;
