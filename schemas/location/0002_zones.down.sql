drop table location.gates;
drop table location.zones;
