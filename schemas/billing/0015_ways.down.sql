alter table billing.rides
    drop driven_to_longitude, drop driven_to_latitude, drop driven_slow_seconds, drop driven_slow_metres, drop driven_seconds, drop driven_metres,
    drop waited_at_stops, drop stops_reached, drop quote_version;

-- The reason has no place in the older rules; that the quote is released is what counts.
update billing.quote_releases set reason = 'DropOffChanged' where reason = 'RideRerouted';
alter table billing.quote_releases
    drop constraint quote_releases_reason_check,
    add  constraint quote_releases_reason_check check (reason in ('DropOffChanged', 'NoDriverFound', 'RequestCancelled', 'RideCancelled'));
