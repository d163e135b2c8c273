-- Cash that a driver holds for us stands on an account of its own: what of a fare paid in cash is not their earning, until a payout sets it off.

alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check check (kind in (
    'PassengerReceivable', 'DriverPayable', 'HeldCash', 'Commission', 'Tax', 'ProviderClearing', 'Concessions', 'WriteOffs', 'PayoutsInTransit', 'PayoutFees', 'Bank',
    'PromotionExpense', 'PassengerWallet', 'PassengerCredit', 'ChargebacksInDispute', 'ChargebackLosses', 'ProviderFees', 'SurplusPayments'));
comment on column billing.ledger_accounts.kind is 'PassengerReceivable: owes us. PassengerCredit: we owe them, to be set off. PassengerWallet: they paid it in. DriverPayable: we owe. HeldCash: they hold it for us in cash; it counts against what we owe. Commission, Tax: ours and the state''s. ProviderClearing: captured by the provider. Concessions: fares that we lowered at our own cost. WriteOffs: fares that nobody will pay. PayoutsInTransit: reserved for drivers and not known to have arrived. PayoutFees: ours. Bank: what payouts were paid from. PromotionExpense: what promotions gave. ChargebacksInDispute: withdrawn by banks that have not decided. ChargebackLosses: what they decided against us. ProviderFees: what the provider takes for disputes. SurplusPayments: what was paid with a code once too often, until it is given back.';

-- Not a check: that would refuse the row which an upsert proposes before it finds the one that is there.
create function billing.refuse_negative_cash() returns trigger language plpgsql as $$
begin
    raise exception 'driver % would hold less than no cash', new.party_id
        using errcode = 'check_violation', constraint = 'ledger_accounts_cash_is_never_negative';
end $$;
create trigger ledger_accounts_cash_is_never_negative after insert or update on billing.ledger_accounts for each row
    when (new.kind = 'HeldCash' and new.balance_minor_units < 0) execute function billing.refuse_negative_cash();
