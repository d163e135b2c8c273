-- Every match that both sides confirmed has exactly one ride, and every ride such a match.
select offer.offer_id, offer.ride_id, count(ride.ride_id) as rides
from   match.offers offer left join ride.rides ride on ride.ride_id = offer.ride_id and ride.driver_id = offer.driver_id and ride.passenger_id = offer.passenger_id
where  offer.confirmed_at is not null
group  by offer.offer_id, offer.ride_id
having count(ride.ride_id) <> 1
union all
select null, ride.ride_id, 1
from   ride.rides ride
where  not exists (select from match.offers offer where offer.ride_id = ride.ride_id and offer.confirmed_at is not null);
