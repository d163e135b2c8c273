alter table ride.sos_alerts drop token_hash;
