-- Why each driver near a request was or was not offered it, for operators.

create table match.explanations (
    ride_request_id        uuid primary key,
    rounds                 int not null,
    last_round_at          timestamptz not null,
    radius_metres          int not null,
    drivers_with_offers    int not null,
    location_answered      boolean not null,
    drivers                jsonb not null
);

comment on table match.explanations is 'What dispatch last decided about each driver near a request. Kept for three days; written a moment after the round';
comment on column match.explanations.rounds is 'Rounds that looked at the request';
comment on column match.explanations.drivers_with_offers is 'Drivers of the zone who were left out of the last search because they had an open offer';
comment on column match.explanations.location_answered is 'False: the last search was never answered, so nobody can have been near';
comment on column match.explanations.drivers is 'By driver id: the verdict of the last round that met the driver, bounded to about 16 kB';
