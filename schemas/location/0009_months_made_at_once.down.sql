create or replace function location.create_track_month(at timestamptz) returns boolean
    language plpgsql security definer set search_path = '' as $$
declare
    month timestamp := date_trunc('month', at at time zone 'UTC');
    name  text      := 'tracks_' || to_char(month, 'YYYY_MM');
begin
    if to_regclass('location.' || name) is not null then return false; end if;
    perform pg_advisory_xact_lock(hashtext('location.tracks'));
    if to_regclass('location.' || name) is not null then return false; end if;

    execute format('create table location.%I (like location.tracks including all)', name);
    execute format(
        'alter table location.tracks attach partition location.%I for values from (%L) to (%L)',
        name, month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
    return true;
end
$$;
