-- What the passenger promised while searching, on top of the fare.

alter table ride.rides add tip_minor_units bigint not null default 0 check (tip_minor_units >= 0);
comment on column ride.rides.tip_minor_units is 'Promised to the driver on top of the fare, in its currency';
