-- Zones: where there is service, and the places with rules of their own. Operators change them; the first ones are drawn here.

create table location.zones (
    zone_id    uuid        primary key,
    city_id    text        not null,
    name       text        not null check (length(name) between 1 and 100),
    kind       text        not null check (kind in ('ServiceArea', 'Airport', 'Station', 'Surge', 'Restricted')),
    shape      geometry(Polygon, 4326) not null check (st_isvalid(shape)),
    priority   integer     not null default 0 check (priority between 0 and 1000),
    active     boolean     not null default true,
    changed_at timestamptz,
    changed_by uuid
);
comment on table  location.zones            is 'One polygon each. What holds for a place is said by the active zones that cover it, highest priority first.';
comment on column location.zones.changed_at is 'City time of the last change by an operator; null as first drawn.';
comment on column location.zones.changed_by is 'The operator.';

create index zones_by_place on location.zones using gist (shape) where active;

create table location.gates (
    zone_id  uuid                   not null references location.zones (zone_id) on delete cascade,
    place    integer                not null check (place >= 0),
    name     text                   not null check (length(name) between 1 and 100),
    position geography(Point, 4326) not null,
    primary key (zone_id, place)
);
comment on table  location.gates       is 'Where passengers are picked up within a zone.';
comment on column location.gates.place is 'Their order on a list, from 0.';

-- From the taxi zones of New York's Taxi and Limousine Commission (NYC Open Data, by way of cconger/taxi-toy, which states no terms):
-- the service area is the convex hull of all of them, Newark's airport included; JFK (132) and LaGuardia (138) are their largest rings,
-- simplified by 0.0008 and 0.0006 degrees; Penn Station is zone 186. Grand Central and all gates are drawn by hand. Jakarta is its box.
insert into location.zones (zone_id, city_id, name, kind, priority, shape) values
    ('0190b0a0-0000-7000-8000-000000000001', 'nyc', 'New York', 'ServiceArea', 0,
     'SRID=4326;POLYGON((-74.25559 40.50771, -74.25537 40.50445, -74.25528 40.50403, -74.2533 40.50031, -74.2526 40.49964, -74.25085 40.49801, -74.24956 40.49686,
     -74.24888 40.49643, -74.24785 40.49616, -74.24676 40.49613, -73.94074 40.54182, -73.94056 40.54185, -73.73765 40.59441, -73.70001 40.73932,
     -73.70089 40.74706, -73.70163 40.75249, -73.76669 40.8671, -73.77081 40.87155, -73.7741 40.8749, -73.78582 40.88076, -73.85107 40.91037,
     -73.85145 40.91045, -73.91033 40.91553, -74.18203 40.70426, -74.18264 40.70374, -74.18309 40.70285, -74.18922 40.68862, -74.24803 40.54309,
     -74.25559 40.50771))'),
    ('0190b0a0-0000-7000-8000-000000000002', 'nyc', 'JFK Airport', 'Airport', 10,
     'SRID=4326;POLYGON((-73.80203 40.66525, -73.78481 40.6635, -73.77485 40.66015, -73.75411 40.6487, -73.75522 40.64744, -73.74778 40.64209, -73.74854 40.63555,
     -73.765 40.62942, -73.77077 40.62003, -73.77082 40.62328, -73.77704 40.62767, -73.77982 40.62685, -73.78419 40.62089, -73.7895 40.62275,
     -73.78265 40.63025, -73.78949 40.63428, -73.79074 40.63385, -73.79222 40.63589, -73.81819 40.64633, -73.82102 40.64891, -73.82348 40.65537,
     -73.82228 40.65943, -73.8187 40.66111, -73.8115 40.66078, -73.81867 40.66213, -73.82331 40.66027, -73.82498 40.65543, -73.82291 40.64809,
     -73.82614 40.65008, -73.82639 40.64832, -73.83271 40.66541, -73.81497 40.66247, -73.80203 40.66525))'),
    ('0190b0a0-0000-7000-8000-000000000003', 'nyc', 'LaGuardia Airport', 'Airport', 10,
     'SRID=4326;POLYGON((-73.86923 40.78597, -73.86944 40.78364, -73.86849 40.78366, -73.87256 40.78082, -73.85505 40.7722, -73.85644 40.77033, -73.85821 40.77032,
     -73.85625 40.76889, -73.85938 40.76708, -73.86269 40.76688, -73.86043 40.76387, -73.86607 40.7688, -73.87224 40.7717, -73.87705 40.77132,
     -73.88771 40.76684, -73.88945 40.77353, -73.88392 40.77413, -73.88488 40.77999, -73.87871 40.78059, -73.8797 40.78288, -73.87516 40.78151,
     -73.87125 40.78604, -73.86978 40.78534, -73.86923 40.78597))'),
    ('0190b0a0-0000-7000-8000-000000000004', 'nyc', 'Penn Station', 'Station', 10,
     'SRID=4326;POLYGON((-73.99142 40.7448, -73.9971 40.74721, -73.99346 40.75219, -73.98777 40.74979, -73.99052 40.74604, -73.99142 40.7448))'),
    ('0190b0a0-0000-7000-8000-000000000005', 'nyc', 'Grand Central', 'Station', 10,
     'SRID=4326;POLYGON((-73.9792 40.7526, -73.9757 40.751, -73.9738 40.7537, -73.9774 40.7553, -73.9792 40.7526))'),
    ('0190b0a0-0000-7000-8000-000000000006', 'jakarta', 'Jakarta', 'ServiceArea', 0,
     'SRID=4326;POLYGON((106.4 -6.8, 107.2 -6.8, 107.2 -5.9, 106.4 -5.9, 106.4 -6.8))');

insert into location.gates (zone_id, place, name, position) values
    ('0190b0a0-0000-7000-8000-000000000002', 0, 'Terminal 1', platform.point(40.6433, -73.7897)),
    ('0190b0a0-0000-7000-8000-000000000002', 1, 'Terminal 4', platform.point(40.6444, -73.7826)),
    ('0190b0a0-0000-7000-8000-000000000002', 2, 'Terminal 5', platform.point(40.6459, -73.7764)),
    ('0190b0a0-0000-7000-8000-000000000002', 3, 'Terminal 7', platform.point(40.6484, -73.7827)),
    ('0190b0a0-0000-7000-8000-000000000002', 4, 'Terminal 8', platform.point(40.6466, -73.7898)),
    ('0190b0a0-0000-7000-8000-000000000003', 0, 'Terminal A', platform.point(40.7727, -73.8857)),
    ('0190b0a0-0000-7000-8000-000000000003', 1, 'Terminal B', platform.point(40.7738, -73.872)),
    ('0190b0a0-0000-7000-8000-000000000003', 2, 'Terminal C', platform.point(40.7699, -73.8625)),
    ('0190b0a0-0000-7000-8000-000000000004', 0, 'Seventh Avenue at 32nd Street', platform.point(40.7495, -73.9917)),
    ('0190b0a0-0000-7000-8000-000000000004', 1, 'Eighth Avenue at 31st Street', platform.point(40.7498, -73.995)),
    ('0190b0a0-0000-7000-8000-000000000005', 0, 'Vanderbilt Avenue at 43rd Street', platform.point(40.7532, -73.9782)),
    ('0190b0a0-0000-7000-8000-000000000005', 1, 'Lexington Avenue at 43rd Street', platform.point(40.7518, -73.9756));
