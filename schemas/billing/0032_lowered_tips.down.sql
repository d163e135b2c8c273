alter table billing.adjustments drop column tip_minor_units;
