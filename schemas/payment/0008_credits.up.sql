-- What billing sets off against a fare is not collected: amount_minor_units is the rest.

alter table payment.orders
    add column credit_minor_units bigint not null default 0 check (credit_minor_units >= 0),
    drop constraint orders_parts_sum,
    add constraint orders_parts_sum check (
        amount_minor_units + promotion_minor_units + credit_minor_units = commission_minor_units + driver_earning_minor_units + tax_minor_units);
comment on column payment.orders.credit_minor_units is 'What the passenger had to their credit and billing has set off; not part of the amount.';
comment on column payment.orders.amount_minor_units is 'What the passenger has to pay: the fare after the driver''s factor, without the credit that was set off; minor units of currency. Zero settles at once.';
