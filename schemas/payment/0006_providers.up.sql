-- A second provider. A card, and a bank account, belong to the provider that was chosen when they were added.

alter table payment.payment_methods
    drop constraint payment_methods_provider_check,
    add constraint payment_methods_provider_check check (provider in ('sandbox', 'stripe', 'driver'));

alter table payment.bank_accounts add column provider text not null default 'sandbox' check (provider in ('sandbox', 'stripe'));
comment on column payment.bank_accounts.provider is 'Who pays to it.';

comment on column payment.attempts.provider_charge_id is 'The provider''s name of the charge. Where a provider gives it before money moves, it is written here first, once, and only that name is ever charged.';

create function payment.keep_charge_name() returns trigger language plpgsql as $$
begin
    raise exception 'attempt % has its name', old.id using errcode = 'insufficient_privilege';
end $$;

create trigger attempts_keep_their_name before update on payment.attempts for each row
    when (old.provider_charge_id is not null and new.provider_charge_id is distinct from old.provider_charge_id) execute function payment.keep_charge_name();
