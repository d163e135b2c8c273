alter table payment.orders
    drop constraint orders_parts_sum,
    drop column credit_minor_units,
    add constraint orders_parts_sum check (amount_minor_units + promotion_minor_units = commission_minor_units + driver_earning_minor_units + tax_minor_units);
