drop table location.track_points;
drop table location.rides;
drop table location.duties;
drop table location.idempotency_keys;
drop table location.inbox;
drop table location.outbox_archive;
drop table location.outbox;
