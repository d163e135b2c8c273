-- Money is held while its ride lasts and no longer: once there is an order or the ride is waived, it is being captured or let go of, and for that there is
-- an attempt or a release that is under way.
select held.id, held.ride_id, held.status
from   payment.authorisations held
where  (held.status = 'Authorised'
        and (exists (select from payment.orders where ride_id = held.ride_id) or exists (select from payment.waived_rides where ride_id = held.ride_id)))
    or (held.status = 'Capturing')
       <> exists (select from payment.attempts where authorisation_id = held.id and status in ('Due', 'Sent'))
    or (held.status = 'Releasing')
       <> exists (select from payment.releases where authorisation_id = held.id and status in ('Due', 'Sent'));
