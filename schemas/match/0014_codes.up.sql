-- Rides may be paid by codes that phones scan.

alter table match.ride_requests drop constraint ride_requests_payment_method_kind_check;
alter table match.ride_requests add constraint ride_requests_payment_method_kind_check check (payment_method_kind in ('Card', 'Cash', 'Wallet', 'Qr'));
alter table match.payment_methods drop constraint payment_methods_kind_check;
alter table match.payment_methods add constraint payment_methods_kind_check check (kind in ('Card', 'Cash', 'Wallet', 'Qr'));
