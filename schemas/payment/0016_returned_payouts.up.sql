-- A bank may send a payout back after the provider said that it had arrived.

alter table payment.payouts
    add column returned_at timestamptz,
    drop constraint payouts_status_check,
    add constraint payouts_status_check check (status in ('Due', 'Sent', 'Succeeded', 'Failed', 'Returned')),
    drop constraint payouts_ended_at,
    add constraint payouts_ended_at check ((status in ('Succeeded', 'Failed', 'Returned')) = (ended_at is not null)),
    drop constraint payouts_failure,
    add constraint payouts_failure check ((status in ('Failed', 'Returned')) = (failure_code is not null)),
    add constraint payouts_returned check ((status = 'Returned') = (returned_at is not null));
comment on table  payment.payouts             is 'Payouts that billing has reserved; the id is billing''s and the provider''s idempotency key. Due: nothing sent yet. Sent: the provider may have paid, ask until known. Returned: it had paid, and the bank sent it back.';
comment on column payment.payouts.ended_at    is 'When it succeeded or failed; of one that came back, when it had succeeded.';
comment on column payment.payouts.returned_at is 'When it came back.';

-- Of what succeeded only this may still be said: that it came back.
drop trigger payouts_ended_stay on payment.payouts;
create trigger payouts_ended_stay before update on payment.payouts for each row
    when (old.status in ('Failed', 'Returned')
        or old.status = 'Succeeded'
            and (new.status <> 'Returned' or (new.provider_transfer_id, new.ended_at) is distinct from (old.provider_transfer_id, old.ended_at))
        or new.status = 'Returned' and old.status <> 'Succeeded')
    execute function payment.refuse_change();

alter table payment.movements
    drop constraint movements_type_check,
    add constraint movements_type_check check (type in ('charge', 'refund', 'chargeback', 'chargeback-reversal', 'transfer', 'transfer-return'));

create function payment.note_return() returns trigger language plpgsql as $$
begin
    insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
    select 'transfer-return', new.id, account.provider, new.amount_minor_units, new.currency, 'payout-sent-back:' || new.id
    from   payment.bank_accounts account where account.id = new.bank_account_id;
    return null;
end $$;

create trigger payouts_returned after update of status on payment.payouts for each row
    when (new.status = 'Returned' and old.status = 'Succeeded') execute function payment.note_return();

create table payment.return_lists (
    provider text        primary key,
    look_at  timestamptz not null
);
comment on table  payment.return_lists         is 'Providers that list what came back: one copy at a time asks for that of which no webhook has told.';
comment on column payment.return_lists.look_at is 'System time before which nobody asks again.';

create index bank_accounts_not_sandbox on payment.bank_accounts (provider) where provider <> 'sandbox';
