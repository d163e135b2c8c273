alter table ride.rides drop waiting_seconds, drop driver_due_at;
alter table ride.transitions drop constraint transitions_legal, drop reason, drop from_status;
