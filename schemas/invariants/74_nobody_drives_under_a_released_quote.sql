-- Whoever is looked for, driven or has been driven stands under a quote that was not given up for another one, nor with its request or ride. A request that
-- a driver's cancel reopened goes on under the quote that its ride last had.
select request.ride_request_id, null::uuid as ride_id, request.status, request.quote_id, release.reason
from   match.ride_requests request join billing.quote_releases release on release.quote_id = request.quote_id
where  request.status in ('Scheduled', 'Searching', 'Offered', 'AwaitingPassenger')
union  all
select ride.ride_request_id, ride.ride_id, ride.status, ride.quote_id, release.reason
from   ride.rides ride join billing.quote_releases release on release.quote_id = ride.quote_id
where  ride.status <> 'Cancelled';
