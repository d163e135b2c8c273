alter table billing.fares drop column collected_minor_units;
