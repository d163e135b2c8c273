alter table ride.rides drop constraint rides_payment_method_kind_check;
alter table ride.rides add constraint rides_payment_method_kind_check check (payment_method_kind in ('Card', 'Cash'));
