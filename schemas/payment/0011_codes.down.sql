drop trigger attempts_moved on payment.attempts;
create trigger attempts_moved after update of status on payment.attempts for each row
    when (new.status = 'Succeeded' and old.status <> 'Succeeded' and new.kind = 'Card') execute function payment.note_movement();
drop table payment.surplus_payments;
drop function payment.note_surplus();
drop trigger attempts_begin_code on payment.attempts;
drop trigger attempts_end_code on payment.attempts;
drop function payment.begin_code();
drop function payment.end_code();
drop table payment.codes;
drop index payment.payment_methods_one_qr;
alter table payment.attempts drop constraint attempts_kind_check;
alter table payment.attempts add constraint attempts_kind_check check (kind in ('Card', 'Cash', 'Wallet'));
alter table payment.orders drop constraint orders_kind_check;
alter table payment.orders add constraint orders_kind_check check (kind in ('Card', 'Cash', 'Wallet'));
alter table payment.payment_methods drop constraint payment_methods_kind_check;
alter table payment.payment_methods add constraint payment_methods_kind_check check (kind in ('Card', 'Cash', 'Wallet'));
