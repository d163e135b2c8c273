-- A cash ride stays one, whatever else the passenger tries in vain: the driver may still confirm.

alter table payment.orders add column cash_method_id uuid;
comment on column payment.orders.cash_method_id is 'The cash that the ride was to be paid with; null when it was to be paid in another way.';

update payment.orders set cash_method_id = payment_method_id where kind = 'Cash';
