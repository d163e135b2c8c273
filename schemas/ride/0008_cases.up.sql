-- Lost things and complaints, for operators to look into.

create table ride.cases (
    case_id   uuid        primary key,
    ride_id   uuid        not null references ride.rides,
    opened_by uuid        not null,
    side      text        not null check (side in ('Passenger', 'Driver')),
    number    smallint    not null check (number between 1 and 5),
    kind      text        not null check (kind in ('LostItem', 'Complaint')),
    text      text        not null check (length(text) between 1 and 2000),
    opened_at timestamptz not null,
    closed_at timestamptz,
    closed_by uuid,
    note      text        check (length(note) between 1 and 500),
    constraint cases_bounded_per_person unique (ride_id, opened_by, number),
    constraint cases_closed_by_somebody check ((closed_at is null) = (closed_by is null) and (closed_at is null) = (note is null))
);

comment on column ride.cases.number    is 'Counts the cases of one side of one ride: the check bounds them';
comment on column ride.cases.text      is 'In the words of whoever opened it; in no event and no log';
comment on column ride.cases.opened_at is 'City time, like the other instants';
comment on column ride.cases.note      is 'What came of it';

create index cases_open on ride.cases (case_id) where closed_at is null;
