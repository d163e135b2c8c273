-- A fare is surged as its quote was, whatever demand did since, and never without one.
select fare.fare_id, fare.ride_id, fare.inputs -> 'surge' as charged, quote.inputs -> 'surge' as quoted
from   billing.fares fare
join   billing.rides ride on ride.ride_id = fare.ride_id
left   join billing.quotes quote on quote.quote_id = ride.quote_id
where  fare.inputs ? 'surge' and (fare.inputs -> 'surge') is distinct from (quote.inputs -> 'surge');
