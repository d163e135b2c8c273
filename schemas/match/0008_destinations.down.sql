drop table match.driver_destinations;
