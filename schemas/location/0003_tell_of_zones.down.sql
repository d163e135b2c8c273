delete from location.zones where removed_at is not null;

alter table location.zones
    drop constraint zones_removed_is_inactive,
    drop column removed_at,
    drop column version;
