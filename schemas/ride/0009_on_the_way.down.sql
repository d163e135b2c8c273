drop table ride.on_the_way;
alter table ride.rides drop stops;
