alter table billing.rides drop tip_minor_units;
