-- Transfers that a bank sends back after they had arrived.

alter table sandbox.transfers
    add column returns_at  timestamptz,
    add column return_code text,
    add column returned_at timestamptz,
    drop constraint transfers_status_check,
    add constraint transfers_status_check check (status in ('Succeeded', 'Declined', 'Pending', 'Returned')),
    drop constraint transfers_status_is_outcome,
    add constraint transfers_status_is_outcome check (status in ('Pending', outcome) or status = 'Returned' and outcome = 'Succeeded'),
    add constraint transfers_returned check ((status = 'Returned') = (returned_at is not null) and (returned_at is null) = (return_code is null));
comment on column sandbox.transfers.returns_at  is 'When the bank will send it back by itself; null for most.';
comment on column sandbox.transfers.return_code is 'Why it sent it back.';

create index transfers_to_return on sandbox.transfers (returns_at) where returns_at is not null;

alter table sandbox.movements
    drop constraint movements_type_check,
    add constraint movements_type_check check (type in ('charge', 'refund', 'chargeback', 'chargeback-reversal', 'transfer', 'transfer-return'));
comment on column sandbox.movements.amount_minor_units is 'Towards the merchant positive. Transfers are paid from the merchant''s bank account and come back there, and are listed only.';

create function sandbox.note_return() returns trigger language plpgsql as $$
begin
    insert into sandbox.movements (type, movement_id, key, amount_minor_units, currency)
    values ('transfer-return', new.id, new.idempotency_key, new.amount_minor_units, new.currency);
    return null;
end $$;

create trigger transfers_returned after update of status on sandbox.transfers for each row
    when (new.status = 'Returned' and old.status = 'Succeeded') execute function sandbox.note_return();
