alter table ride.rides drop priced_until;
