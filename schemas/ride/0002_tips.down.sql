alter table ride.rides drop tip_minor_units;
