create or replace function payment.note_surplus() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
        values ('charge', new.provider_key, new.provider, new.amount_minor_units, new.currency, 'surplus:' || new.id);
    else
        insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
        values ('refund', new.return_id, new.provider, -new.amount_minor_units, new.currency, 'surplus-returned:' || new.id);
    end if;
    return null;
end $$;
drop trigger disputes_keep_amounts on payment.disputes;
create trigger disputes_keep_amounts before update on payment.disputes for each row
    when ((old.order_id, old.attempt_id, old.amount_minor_units, old.fee_minor_units, old.currency)
        is distinct from (new.order_id, new.attempt_id, new.amount_minor_units, new.fee_minor_units, new.currency))
    execute function payment.refuse_change();
drop trigger disputes_counted on payment.disputes;
create trigger disputes_counted after insert or update of status on payment.disputes for each row execute function payment.count_dispute();
alter table payment.disputes drop column surplus_id;
drop trigger surplus_payments_taken_stay on payment.surplus_payments;
alter table payment.surplus_payments
    drop column taken_back_minor_units,
    drop constraint surplus_payments_status_check,
    add constraint surplus_payments_status_check check (status in ('Due', 'Sent', 'Succeeded', 'Failed')),
    drop constraint surplus_payments_ended_at,
    add constraint surplus_payments_ended_at check ((status in ('Succeeded', 'Failed')) = (ended_at is not null));
comment on column payment.surplus_payments.status is 'Of giving it back. Due: nothing sent yet. Sent: ask until known.';
