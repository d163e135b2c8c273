drop index payment.bank_accounts_not_sandbox;
drop table payment.return_lists;
drop trigger payouts_returned on payment.payouts;
drop function payment.note_return();
alter table payment.movements
    drop constraint movements_type_check,
    add constraint movements_type_check check (type in ('charge', 'refund', 'chargeback', 'chargeback-reversal', 'transfer'));
drop trigger payouts_ended_stay on payment.payouts;
create trigger payouts_ended_stay before update on payment.payouts for each row
    when (old.status in ('Succeeded', 'Failed')) execute function payment.refuse_change();
alter table payment.payouts
    drop constraint payouts_returned,
    drop constraint payouts_status_check,
    add constraint payouts_status_check check (status in ('Due', 'Sent', 'Succeeded', 'Failed')),
    drop constraint payouts_ended_at,
    add constraint payouts_ended_at check ((status in ('Succeeded', 'Failed')) = (ended_at is not null)),
    drop constraint payouts_failure,
    add constraint payouts_failure check ((status = 'Failed') = (failure_code is not null)),
    drop column returned_at;
comment on table  payment.payouts          is 'Payouts that billing has reserved; the id is billing''s and the provider''s idempotency key. Due: nothing sent yet. Sent: the provider may have paid, ask until known.';
comment on column payment.payouts.ended_at is null;
