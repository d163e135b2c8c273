drop index match.offers_never_the_same_driver_twice;

-- What was withdrawn for this reason counts as lost to another driver: both may be asked again.
update match.offers set withdrawn_because = 'AnotherDriverAccepted' where withdrawn_because = 'DropOffChanged';

create unique index offers_never_the_same_driver_twice on match.offers (ride_request_id, driver_id)
    where withdrawn_because is distinct from 'AnotherDriverAccepted';

alter table match.offers
    drop constraint offers_withdrawn_because_check,
    add  constraint offers_withdrawn_because_check check (withdrawn_because in
        ('AnotherDriverAccepted', 'PassengerCancelled', 'PassengerRefused', 'PassengerSilent', 'DriverWentOffline', 'DriverSuspended'));
