-- A promotion pays for a part of a ride: what the passenger owes is less than what driver, tax and commission get.

alter table payment.orders
    add column promotion_minor_units bigint not null default 0 check (promotion_minor_units >= 0),
    drop constraint orders_parts_sum,
    add constraint orders_parts_sum check (amount_minor_units + promotion_minor_units = commission_minor_units + driver_earning_minor_units + tax_minor_units);
comment on column payment.orders.promotion_minor_units is 'What billing bears of the fare.';
