-- What people think of each other: reasons of ratings, the average of the latest of them, and the drivers whom a passenger would like again.

alter table ride.ratings
    add column rated_user_id uuid,
    add column reasons text[] not null default '{}' check (cardinality(reasons) <= 5);

update ride.ratings rating
set    rated_user_id = case rating.by when 'Passenger' then ride.driver_id else ride.passenger_id end
from   ride.rides ride
where  ride.ride_id = rating.ride_id;

alter table ride.ratings alter column rated_user_id set not null;

comment on column ride.ratings.rated_user_id is 'The other side of the ride';
comment on column ride.ratings.reasons       is 'Words of the closed list in services/Ride/RatingReasons.cs';

create index ratings_of_user on ride.ratings (rated_user_id, by, rated_at desc, ride_id desc) include (stars);

create table ride.standings (
    user_id   uuid     not null,
    side      text     not null check (side in ('Passenger', 'Driver')),
    ratings   smallint not null default 0 check (ratings between 0 and 100),
    stars_sum smallint not null default 0 check (stars_sum between ratings and ratings * 5),
    primary key (user_id, side)
);

comment on table  ride.standings         is 'A digest of the latest hundred ratings of somebody as passenger or as driver; made again from them by every rating';
comment on column ride.standings.side    is 'As what the user was rated';
comment on column ride.standings.ratings is 'How many ratings are in the sum';

insert into ride.standings (user_id, side, ratings, stars_sum)
select rated_user_id, case by when 'Passenger' then 'Driver' else 'Passenger' end, count(*), sum(stars)
from   (select rated_user_id, by, stars, row_number() over (partition by rated_user_id, by order by rated_at desc, ride_id desc) as place from ride.ratings) latest
where  place <= 100
group  by rated_user_id, by;

create table ride.favourite_drivers (
    passenger_id uuid        not null,
    driver_id    uuid        not null check (driver_id <> passenger_id),
    added_at     timestamptz not null,
    primary key (passenger_id, driver_id)
);

comment on column ride.favourite_drivers.added_at is 'City time';

create table ride.favourite_lists (
    passenger_id uuid     primary key,
    drivers      smallint not null check (drivers between 0 and 50),
    version      bigint   not null
);

comment on table  ride.favourite_lists         is 'One row per passenger who ever had a favourite; every change of the favourites takes its lock';
comment on column ride.favourite_lists.drivers is 'How many there are now: the check bounds them';
comment on column ride.favourite_lists.version is 'Counts the changes; the version that their events carry';

-- Passengers in a ride with this driver that reached the drop-off: what a favourite needs.
create index rides_completed_together on ride.rides (passenger_id, driver_id) where status = 'Completed';
