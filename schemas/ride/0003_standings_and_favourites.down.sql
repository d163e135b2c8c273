drop index ride.rides_completed_together;
drop table ride.favourite_lists;
drop table ride.favourite_drivers;
drop table ride.standings;
drop index ride.ratings_of_user;
alter table ride.ratings drop column reasons, drop column rated_user_id;
