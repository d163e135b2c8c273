-- A tip that the passenger promised while searching goes to the driver whole, with the fare of the ride.

alter table billing.rides add tip_minor_units bigint not null default 0 check (tip_minor_units >= 0);
comment on column billing.rides.tip_minor_units is 'Owed with the fare of a completed ride, in its currency; no part of it is commission or tax.';
