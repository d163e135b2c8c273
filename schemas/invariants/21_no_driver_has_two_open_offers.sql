-- A driver thinks about one offer at a time, and not while on a ride, unless it is for the time after it; an open offer belongs to a request that is on offer.
select driver_id, array_agg(offer_id) as offer_ids, 'two open offers' as what
from   match.offers
where  status = 'Open'
group  by driver_id
having count(*) > 1
union all
select offer.driver_id, array[offer.offer_id], 'an open offer to a busy driver'
from   match.offers offer
where  offer.status = 'Open' and exists (select from match.busy_parties busy where busy.user_id = offer.driver_id and busy.ride_id is distinct from offer.after_ride_id)
union all
select offer.driver_id, array[offer.offer_id], 'an open offer to a driver who is promised already'
from   match.offers offer join match.next_rides next using (driver_id)
where  offer.status = 'Open'
union all
select offer.driver_id, array[offer.offer_id], 'an open offer of a request that is ' || request.status
from   match.offers offer join match.ride_requests request using (ride_request_id)
where  offer.status = 'Open' and request.status <> 'Offered';
