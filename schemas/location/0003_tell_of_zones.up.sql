-- Others act on zones now: each change is an event with the zone's next version, and a removed zone keeps its row, so that its versions go on.

alter table location.zones
    add column version    bigint not null default 0 check (version >= 0),
    add column removed_at timestamptz,
    add constraint zones_removed_is_inactive check (removed_at is null or not active);

comment on column location.zones.version    is 'Events told of it; 0 until a zone that a migration drew is told of.';
comment on column location.zones.removed_at is 'City time at which an operator removed it.';

create index zones_untold on location.zones (zone_id) where version = 0;
