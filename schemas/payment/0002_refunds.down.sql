drop table payment.closures;
drop table payment.refunds;
drop function payment.count_refund;
drop table payment.adjustments;
drop trigger attempts_ended_stay on payment.attempts;
alter table payment.attempts drop column refunded_minor_units;
drop trigger orders_ended_stay on payment.orders;
alter table payment.orders drop column adjusted_minor_units;
drop function payment.refuse_change;
