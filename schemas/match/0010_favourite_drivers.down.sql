drop table match.favourite_drivers;
