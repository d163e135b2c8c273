drop table ride.early_cancellations;
drop table ride.ratings;
drop table ride.transitions;
drop table ride.rides;
drop table ride.idempotency_keys;
drop table ride.inbox;
drop table ride.outbox_archive;
drop table ride.outbox;
