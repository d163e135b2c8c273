-- A driver who wants to end up somewhere says so, and is preferred for rides that lead there.

create table match.driver_destinations (
    driver_id   uuid                   primary key,
    destination geography(Point, 4326) not null,
    set_at      timestamptz            not null,
    expires_at  timestamptz            not null check (expires_at > set_at)
);
comment on table  match.driver_destinations            is 'Where drivers want to end up, home most often; until it expires, is cleared, or the driver goes offline';
comment on column match.driver_destinations.set_at     is 'City time; an older DriverWentOffline that comes late clears nothing';
comment on column match.driver_destinations.expires_at is 'City time';
