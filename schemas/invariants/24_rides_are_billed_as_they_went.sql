-- A fare stands on the quote that its ride ended under, the last that the passenger agreed to, and counts the places on the way that were reached.
select ride.ride_id, ride.quote_id, bill.quote_id as billed_quote_id, reached.stops, bill.stops as billed_stops
from   ride.rides ride
join   billing.rides bill on bill.ride_id = ride.ride_id
cross  join lateral (
    select count(*) as stops from jsonb_array_elements(coalesce(ride.stops, '[]')) stop where stop ->> 'arrivedAt' is not null) reached
where  ride.status = 'Completed' and bill.status = 'Charged'
and    (ride.quote_id is distinct from bill.quote_id or reached.stops <> coalesce(bill.stops, 0));
