drop table ride.sos_alerts;
