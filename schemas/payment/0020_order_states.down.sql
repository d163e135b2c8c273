drop trigger orders_begin_history on payment.orders;
drop trigger orders_keep_history on payment.orders;
drop function payment.note_order_state();
drop table payment.order_states;
