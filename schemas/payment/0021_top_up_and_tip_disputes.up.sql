-- What was paid into a wallet, and what was given to a driver, may be taken back through a bank as a fare may.

alter table payment.disputes
    alter column order_id drop not null,
    alter column attempt_id drop not null,
    add column top_up_id uuid references payment.top_ups (id),
    add column tip_id uuid references payment.tips (id),
    add constraint disputes_about_one_charge check (
        num_nonnulls(attempt_id, top_up_id, tip_id) = 1 and (order_id is null) = (attempt_id is null) and (surplus_id is null or attempt_id is not null));
comment on column payment.disputes.order_id   is 'Whose fare it is about; a tip''s is the tip''s to say, and does not count against the fare.';
comment on column payment.disputes.attempt_id is 'The charge that is disputed, when it is a fare''s.';
comment on column payment.disputes.top_up_id  is 'When it was paid into a wallet.';
comment on column payment.disputes.tip_id     is 'When it was given to a driver.';

create index disputes_of_top_up on payment.disputes (top_up_id) where top_up_id is not null;
create index disputes_of_tip    on payment.disputes (tip_id) where tip_id is not null;
create index top_ups_by_charge  on payment.top_ups (provider_charge_id) where provider_charge_id is not null;
create index tips_by_charge     on payment.tips (provider_charge_id) where provider_charge_id is not null;

drop trigger disputes_keep_amounts on payment.disputes;
create trigger disputes_keep_amounts before update on payment.disputes for each row
    when ((old.order_id, old.attempt_id, old.surplus_id, old.top_up_id, old.tip_id, old.amount_minor_units, old.fee_minor_units, old.currency)
        is distinct from (new.order_id, new.attempt_id, new.surplus_id, new.top_up_id, new.tip_id, new.amount_minor_units, new.fee_minor_units, new.currency))
    execute function payment.refuse_change();
