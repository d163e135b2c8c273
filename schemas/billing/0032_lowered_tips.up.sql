-- An adjustment lowers the fare first, and the tip when nothing of the fare is left: tips are not taxed, so that the tax report has to know.

alter table billing.adjustments
    add column tip_minor_units bigint not null default 0,
    add constraint adjustments_tip_is_the_drivers check (tip_minor_units between 0 and driver_minor_units);
comment on column billing.adjustments.tip_minor_units is 'What of the driver''s part was taken off the tip.';
