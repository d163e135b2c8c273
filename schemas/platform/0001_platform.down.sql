drop function platform.create_messaging_tables(text);
drop function platform.point(double precision, double precision);
drop table platform.data_protection_keys;
drop extension postgis;
