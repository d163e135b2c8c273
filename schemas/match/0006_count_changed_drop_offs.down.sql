alter table match.ride_requests drop column drop_off_changes;
