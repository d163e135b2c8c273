-- What location tells of zones: quotes are refused outside the service areas and in restricted zones.

create table billing.zones (
    zone_id  uuid    primary key,
    city_id  text    not null,
    name     text    not null,
    kind     text    not null check (kind in ('ServiceArea', 'Airport', 'Station', 'Surge', 'Restricted')),
    priority integer not null,
    active   boolean not null,
    ring     jsonb   not null,
    version  bigint  not null check (version > 0)
);
comment on table  billing.zones         is 'A copy of location''s zones by ZoneChanged; removed ones stay, inactive.';
comment on column billing.zones.version is 'Of the last event heard; an older one that comes late is ignored.';
