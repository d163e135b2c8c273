drop table billing.surge_interest;
drop table billing.surge_changes;
drop table billing.surge_cells;
drop table billing.surge_rounds;
drop table billing.surge_rules;
