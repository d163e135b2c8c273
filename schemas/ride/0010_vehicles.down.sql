alter table ride.whereabouts drop remaining_seconds;
drop table ride.vehicles;
