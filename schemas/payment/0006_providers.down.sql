drop trigger attempts_keep_their_name on payment.attempts;
drop function payment.keep_charge_name();
comment on column payment.attempts.provider_charge_id is null;

alter table payment.bank_accounts drop column provider;

alter table payment.payment_methods
    drop constraint payment_methods_provider_check,
    add constraint payment_methods_provider_check check (provider in ('sandbox', 'driver'));
