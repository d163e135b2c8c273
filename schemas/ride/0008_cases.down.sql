drop table ride.cases;
