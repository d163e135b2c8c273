alter table location.rides drop planned_drop_off, drop told_ends_at;
