-- Finished tracks lie in a table per month, so that old ones go without a trace and without work; positions are forgotten sooner.

create table location.tracks (
    ride_id   uuid        not null,
    closed_at timestamptz not null,
    polyline  text        not null,
    primary key (ride_id, closed_at)
) partition by range (closed_at);
comment on table  location.tracks           is 'Lines of closed tracks. One partition per month of city time, UTC; dropped whole when all of it is older than the setting.';
comment on column location.tracks.closed_at is 'As in location.rides: with it the partition is known.';

-- The service may not create or drop tables; these two it may.
create function location.create_track_month(at timestamptz) returns boolean
    language plpgsql security definer set search_path = '' as $$
declare
    month timestamp := date_trunc('month', at at time zone 'UTC');
    name  text      := 'tracks_' || to_char(month, 'YYYY_MM');
begin
    if to_regclass('location.' || name) is not null then return false; end if;
    perform pg_advisory_xact_lock(hashtext('location.tracks'));
    if to_regclass('location.' || name) is not null then return false; end if;

    -- Attaching does not keep others from writing to the months that are there, creating in place would.
    execute format('create table location.%I (like location.tracks including all)', name);
    execute format(
        'alter table location.tracks attach partition location.%I for values from (%L) to (%L)',
        name, month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
    return true;
end
$$;
comment on function location.create_track_month is 'Makes room for the tracks that are closed in the month of this instant; false when there was.';

create function location.drop_track_months(before timestamptz) returns integer
    -- It waits for whoever reads tracks, and everybody else waits behind it: rather not now than long.
    language plpgsql security definer set search_path = '' set lock_timeout = '1s' as $$
declare
    name    text;
    dropped integer := 0;
begin
    for name in
        select c.relname from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
        where  i.inhparent = 'location.tracks'::regclass
           and to_timestamp(substr(c.relname, 8), 'YYYY_MM')::timestamp + interval '1 month' <= before at time zone 'UTC'
    loop
        execute format('drop table location.%I', name);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$$;
comment on function location.drop_track_months is 'Drops the months that were over at this instant; how many.';

revoke execute on function location.create_track_month, location.drop_track_months from public;
do $$
begin
    if exists (select from pg_roles where rolname = 'tumpang_location') then
        grant execute on function location.create_track_month, location.drop_track_months to tumpang_location;
    end if;
end
$$;

select location.create_track_month(month at time zone 'UTC')
from   (select distinct date_trunc('month', closed_at at time zone 'UTC') as month from location.rides where polyline is not null) months;
insert into location.tracks (ride_id, closed_at, polyline) select ride_id, closed_at, polyline from location.rides where polyline is not null;
alter table location.rides drop column polyline;

alter table location.rides add column points_kept boolean not null default true;
comment on column location.rides.points_kept is 'False when the positions of a track that ended long ago have been deleted.';
create index rides_with_points on location.rides (coalesce(closed_at, cancelled_at)) where points_kept and coalesce(closed_at, cancelled_at) is not null;
