drop table match.driver_records;
alter table match.offers drop column driver_cancelled;
