-- Rides have places on the way, and passengers change them and the drop-off while riding: a ride may come to have another quote.

alter table billing.quote_releases
    drop constraint quote_releases_reason_check,
    add  constraint quote_releases_reason_check
         check (reason in ('DropOffChanged', 'NoDriverFound', 'RequestCancelled', 'RideCancelled', 'RideRerouted'));

alter table billing.rides
    add quote_version             bigint   not null default 0,
    add stops_reached             smallint not null default 0,
    add waited_at_stops           int[],
    add driven_metres             int,
    add driven_seconds            int,
    add driven_slow_metres        int,
    add driven_slow_seconds       int,
    add driven_to_latitude        double precision,
    add driven_to_longitude       double precision;
comment on column billing.rides.quote_version   is 'Version of the last event of ride that named another quote than the first; older ones come too late';
comment on column billing.rides.stops_reached   is 'Places on the way that lie behind, as the driver told so far';
comment on column billing.rides.waited_at_stops is 'Seconds at each of them, told at the end';
comment on column billing.rides.driven_metres   is 'How far the ride had come at the last RideProgressed, like the columns after it: what another way is priced from';
