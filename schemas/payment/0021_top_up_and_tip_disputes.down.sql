drop trigger disputes_keep_amounts on payment.disputes;
create trigger disputes_keep_amounts before update on payment.disputes for each row
    when ((old.order_id, old.attempt_id, old.surplus_id, old.amount_minor_units, old.fee_minor_units, old.currency)
        is distinct from (new.order_id, new.attempt_id, new.surplus_id, new.amount_minor_units, new.fee_minor_units, new.currency))
    execute function payment.refuse_change();
drop index payment.tips_by_charge, payment.top_ups_by_charge;
alter table payment.disputes
    drop constraint disputes_about_one_charge,
    drop column tip_id,
    drop column top_up_id,
    alter column attempt_id set not null,
    alter column order_id set not null;
comment on column payment.disputes.order_id   is null;
comment on column payment.disputes.attempt_id is null;
