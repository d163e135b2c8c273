drop index payment.attempts_by_charge, payment.authorisations_by_name, payment.payment_methods_not_sandbox;
drop table payment.dispute_lists;
create or replace function payment.note_movement() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'attempts' then
        insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
        select 'charge', new.id, method.provider, new.amount_minor_units, new.currency, 'payment:' || new.order_id
        from   payment.payment_methods method where method.id = new.payment_method_id;
    elsif tg_table_name = 'top_ups' then
        insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
        select 'charge', new.id, method.provider, new.amount_minor_units, new.currency, 'top-up:' || new.id
        from   payment.payment_methods method where method.id = new.payment_method_id;
    elsif tg_table_name = 'refunds' then
        insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
        select 'refund', new.id, method.provider, -new.amount_minor_units, new.currency, 'refund:' || new.id
        from   payment.attempts attempt join payment.payment_methods method on method.id = attempt.payment_method_id where attempt.id = new.attempt_id;
    elsif tg_table_name = 'payouts' then
        insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
        select 'transfer', new.id, account.provider, -new.amount_minor_units, new.currency, 'payout-sent:' || new.id
        from   payment.bank_accounts account where account.id = new.bank_account_id;
    elsif new.status = 'Received' then
        insert into payment.movements (type, key, provider, amount_minor_units, fee_minor_units, currency, ledger_key)
        values ('chargeback', new.provider_dispute_id, new.provider, -new.amount_minor_units, new.fee_minor_units, new.currency, 'chargeback:' || new.id);
    else
        insert into payment.movements (type, key, provider, amount_minor_units, fee_minor_units, currency, ledger_key)
        values ('chargeback-reversal', new.provider_dispute_id, new.provider, new.amount_minor_units, -new.fee_minor_units, new.currency, 'chargeback-won:' || new.id);
    end if;
    return null;
end $$;
alter table payment.attempts
    drop constraint attempts_given_within_captured,
    add constraint attempts_given_within_captured check (
        given_minor_units >= 0 and charged_back_minor_units >= 0 and given_minor_units + charged_back_minor_units <= amount_minor_units
        and (given_minor_units + charged_back_minor_units = 0 or status = 'Succeeded'));
drop trigger disputes_ended_stay on payment.disputes;
alter table payment.disputes drop column fee_back_minor_units;
create trigger disputes_ended_stay before update on payment.disputes for each row
    when (old.status <> 'Received' and (new.status, new.ended_at) is distinct from (old.status, old.ended_at)) execute function payment.refuse_change();
comment on column payment.disputes.fee_minor_units is 'What the provider takes beside the amount; both come back when it is won.';
