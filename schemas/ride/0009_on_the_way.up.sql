-- Places on the way: the driver says when each is reached and left, and the passenger may change them and the drop-off while riding.

alter table ride.rides
    add stops jsonb check (jsonb_typeof(stops) = 'array' and jsonb_array_length(stops) between 1 and 5);
comment on column ride.rides.stops    is '[{position, arrivedAt?, leftAt?}] in the order of the way, city time; null for none';
comment on column ride.rides.drop_off is 'The agreed one; of several the last';
comment on column ride.rides.quote_id is 'The quote that the passenger agreed to; of several the last';

create table ride.on_the_way (
    ride_id                 uuid        not null references ride.rides,
    version                 bigint      not null,
    what                    text        not null check (what in ('StopReached', 'StopLeft', 'Rerouted')),
    by                      text        not null check (by in ('Passenger', 'Driver')),
    at                      timestamptz not null,
    stop                    smallint    check (stop between 1 and 5),
    quote_id                uuid        unique,
    quoted_fare_minor_units bigint,
    drop_off                geography(Point, 4326),
    primary key (ride_id, version),
    constraint on_the_way_says_what check (case what
        when 'Rerouted' then stop is null and quote_id is not null and quoted_fare_minor_units is not null and drop_off is not null
        else stop is not null and quote_id is null and quoted_fare_minor_units is null and drop_off is null end)
);
comment on table  ride.on_the_way          is 'What happens to a ride while it is in progress; together with the transitions its whole history';
comment on column ride.on_the_way.at       is 'City time';
comment on column ride.on_the_way.quote_id is 'Agreed to with this change; a quote changes one ride once';

-- A place on the way is reached once, and left once.
create unique index on_the_way_once_per_stop on ride.on_the_way (ride_id, what, stop) where stop is not null;

-- History is written once.
do $$
begin
    if exists (select from pg_roles where rolname = 'tumpang_ride') then
        revoke update, delete on ride.on_the_way from tumpang_ride;
    end if;
end
$$;
