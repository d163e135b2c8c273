-- Disputes at a provider that may keep its fee, takes back what was given back already, and is asked whether there are any.

alter table payment.disputes add column fee_back_minor_units bigint not null default 0;
update payment.disputes set fee_back_minor_units = fee_minor_units where status = 'Won';
alter table payment.disputes add constraint disputes_fee_back check (
    fee_back_minor_units between 0 and fee_minor_units and (fee_back_minor_units = 0 or status = 'Won'));
comment on column payment.disputes.fee_minor_units      is 'What the provider takes beside the amount.';
comment on column payment.disputes.fee_back_minor_units is 'What of the fee came back with a dispute that was won.';

drop trigger disputes_ended_stay on payment.disputes;
create trigger disputes_ended_stay before update on payment.disputes for each row
    when (old.status <> 'Received'
        and (new.status, new.ended_at, new.fee_back_minor_units) is distinct from (old.status, old.ended_at, old.fee_back_minor_units))
    execute function payment.refuse_change();

-- What we give back never exceeds a charge, and count_refund sees to it that no refund begins over what a bank took. What a bank takes is a fact, though
-- a refund had given it back before.
alter table payment.attempts
    drop constraint attempts_given_within_captured,
    add constraint attempts_given_within_captured check (
        given_minor_units between 0 and amount_minor_units and charged_back_minor_units >= 0
        and (given_minor_units + charged_back_minor_units = 0 or status = 'Succeeded'));

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
        values ('chargeback-reversal', new.provider_dispute_id, new.provider, new.amount_minor_units, -new.fee_back_minor_units, new.currency, 'chargeback-won:' || new.id);
    end if;
    return null;
end $$;

create table payment.dispute_lists (
    provider text        primary key,
    look_at  timestamptz not null
);
comment on table  payment.dispute_lists         is 'Providers that list disputes: one copy at a time asks for those of which no webhook has told.';
comment on column payment.dispute_lists.look_at is 'System time before which nobody asks again.';

create index attempts_by_charge          on payment.attempts (provider_charge_id) where provider_charge_id is not null;
create index authorisations_by_name      on payment.authorisations (provider_authorisation_id) where provider_authorisation_id is not null;
create index payment_methods_not_sandbox on payment.payment_methods (provider) where provider not in ('sandbox', 'driver');
