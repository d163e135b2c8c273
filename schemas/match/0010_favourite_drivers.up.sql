-- Whom passengers would like again, as ride tells it.

create table match.favourite_drivers (
    passenger_id uuid    not null,
    driver_id    uuid    not null,
    removed      boolean not null,
    version      bigint  not null,
    primary key (passenger_id, driver_id)
);

comment on column match.favourite_drivers.removed is 'Kept as a tombstone, in case the addition is delivered late';
comment on column match.favourite_drivers.version is 'Of the passenger''s favourites when this one last changed; an older event changes nothing';
