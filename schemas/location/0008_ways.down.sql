alter table location.rides drop way_version, drop planned_stops;
