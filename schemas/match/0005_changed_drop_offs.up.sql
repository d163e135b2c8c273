-- A passenger may change the drop-off while searching: open offers are withdrawn, and their drivers may be asked again.

alter table match.offers
    drop constraint offers_withdrawn_because_check,
    add  constraint offers_withdrawn_because_check check (withdrawn_because in
        ('AnotherDriverAccepted', 'DropOffChanged', 'PassengerCancelled', 'PassengerRefused', 'PassengerSilent', 'DriverWentOffline', 'DriverSuspended'));

drop index match.offers_never_the_same_driver_twice;
create unique index offers_never_the_same_driver_twice on match.offers (ride_request_id, driver_id)
    where coalesce(withdrawn_because, '') not in ('AnotherDriverAccepted', 'DropOffChanged');
