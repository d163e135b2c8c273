drop index payment.attempts_succeeded;
create unique index attempts_one_succeeded on payment.attempts (order_id) where status = 'Succeeded';
drop trigger attempts_keep_captured on payment.attempts;
drop trigger attempts_collected on payment.attempts;
drop trigger attempts_collected_at_once on payment.attempts;
drop function payment.count_collected;
alter table payment.orders drop column collected_minor_units;
drop index payment.attempts_one_capture;
alter table payment.attempts
    drop constraint attempts_capture_within_authorised,
    drop constraint attempts_capture_known,
    drop constraint attempts_capture_of,
    drop column authorised_minor_units,
    drop column authorisation_id;
drop table payment.waived_rides;
drop table payment.releases;
drop table payment.authorisations;
