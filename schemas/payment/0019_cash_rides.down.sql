alter table payment.orders drop column cash_method_id;
