-- A fare that names a subscription has no commission, and the subscription was its driver's and covered the match, in that city and class; and a match that was
-- covered, by what had been paid for a minute before the fare was made, names it.
select fare.fare_id, fare.ride_id, fare.subscription_id, fare.commission_minor_units, covered.subscription_id as covered_by
from   billing.fares fare
join   billing.rides ride on ride.ride_id = fare.ride_id
left   join billing.quotes quote on quote.quote_id = ride.quote_id
left   join billing.subscription_coverage covered
       on  covered.driver_id = fare.driver_id and covered.city_id = coalesce(ride.city_id, quote.city_id)
       and covered.vehicle_class = coalesce(ride.vehicle_class, quote.vehicle_class)
       and covered.starts_at <= case when ride.cancelled_at is null then ride.matched_at else ride.assigned_at end
       and covered.ends_at > case when ride.cancelled_at is null then ride.matched_at else ride.assigned_at end
where  (fare.subscription_id is not null
        and (fare.commission_minor_units <> 0 or covered.subscription_id is distinct from fare.subscription_id))
   or  (fare.subscription_id is null and covered.created_at < fare.created_at - interval '1 minute');
