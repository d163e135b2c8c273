drop table ride.shares;
alter table ride.rides drop silent_since;
drop table ride.whereabouts;
