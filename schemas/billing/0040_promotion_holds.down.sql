drop table billing.promotion_holds;
update billing.promotions set reserved_minor_units = reserved_minor_units - held_minor_units where held_minor_units > 0;
alter table billing.promotions
    drop constraint promotions_held_is_reserved,
    drop column held_minor_units;
comment on column billing.promotions.reserved_minor_units is 'By requests and rides that have not ended.';
