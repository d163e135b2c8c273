-- What was asked again after a raise does not fit the older rule: of two offers of a request to one driver the last counts.
drop index match.offers_never_the_same_driver_twice;
update match.offers earlier
set    status = 'Withdrawn', withdrawn_because = 'DropOffChanged'
where  exists (select from match.offers later
               where later.ride_request_id = earlier.ride_request_id and later.driver_id = earlier.driver_id and later.tip_raises > earlier.tip_raises);
create unique index offers_never_the_same_driver_twice on match.offers (ride_request_id, driver_id)
    where coalesce(withdrawn_because, '') not in ('AnotherDriverAccepted', 'DropOffChanged');

alter table match.offers drop tip_raises;
alter table match.ride_requests drop tip_minor_units, drop tip_raises;
