drop table billing.zones;
