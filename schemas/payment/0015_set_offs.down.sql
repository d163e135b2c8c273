drop trigger refunds_set_off_guarded on payment.refunds;
drop trigger orders_set_off_guarded on payment.orders;
drop trigger orders_set_off_grows on payment.orders;
drop function payment.guard_set_off();
alter table payment.orders drop column set_off_minor_units;
