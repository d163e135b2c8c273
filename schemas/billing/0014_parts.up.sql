-- Fares that are collected in parts.

alter table billing.fares
    add column collected_minor_units bigint not null default 0,
    add constraint fares_collected_within_total check (collected_minor_units between 0 and total_minor_units);
comment on column billing.fares.collected_minor_units is 'What payment has told to be collected before the fare was settled; what settled it is not among it.';
