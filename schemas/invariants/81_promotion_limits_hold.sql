-- Who uses a promotion is counted for every use that gives something, and one that is beyond their limit gives nothing.
select   use.promotion_id, use.passenger_id, passenger.uses, count(*) filter (where use.status in ('Reserved', 'Consumed', 'Unfunded')) as given
from     billing.promotion_uses use
left     join billing.promotion_passengers passenger on (passenger.promotion_id, passenger.passenger_id) = (use.promotion_id, use.passenger_id)
group by use.promotion_id, use.passenger_id, passenger.uses
having   coalesce(passenger.uses, 0) <> count(*) filter (where use.status in ('Reserved', 'Consumed', 'Unfunded'))
union    all
select   use.promotion_id, use.passenger_id, null, fare.promotion_minor_units
from     billing.promotion_uses use
join     billing.rides ride on ride.quote_id = use.quote_id
join     billing.fare_settlements paid on paid.ride_id = ride.ride_id
join     billing.fares fare on (fare.ride_id, fare.booked_at) = (paid.ride_id, paid.booked_at)
where    use.status = 'BeyondLimit' and fare.promotion_minor_units > 0;
