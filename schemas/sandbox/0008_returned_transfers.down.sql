drop trigger transfers_returned on sandbox.transfers;
drop function sandbox.note_return();
alter table sandbox.movements
    drop constraint movements_type_check,
    add constraint movements_type_check check (type in ('charge', 'refund', 'chargeback', 'chargeback-reversal', 'transfer'));
comment on column sandbox.movements.amount_minor_units is 'Towards the merchant positive. Transfers are paid from the merchant''s bank account, and listed only.';
drop index sandbox.transfers_to_return;
alter table sandbox.transfers
    drop constraint transfers_returned,
    drop constraint transfers_status_check,
    add constraint transfers_status_check check (status in ('Succeeded', 'Declined', 'Pending')),
    drop constraint transfers_status_is_outcome,
    add constraint transfers_status_is_outcome check (status in ('Pending', outcome)),
    drop column returns_at,
    drop column return_code,
    drop column returned_at;
