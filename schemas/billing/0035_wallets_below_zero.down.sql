drop trigger lost_chargebacks_forgiven_once on billing.lost_chargebacks;
create trigger lost_chargebacks_forgiven_once before update on billing.lost_chargebacks for each row
    when (old.forgiven_at is not null or (old.dispute_id, old.ride_id, old.passenger_id, old.amount_minor_units, old.currency, old.lost_at)
        is distinct from (new.dispute_id, new.ride_id, new.passenger_id, new.amount_minor_units, new.currency, new.lost_at)) execute function billing.refuse_change();
alter table billing.lost_chargebacks drop column tip_id;
alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in (
    'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned', 'TopUp', 'WalletPayment',
    'CreditArisen', 'CreditUsed', 'CreditGiven', 'CreditExpired',
    'Chargeback', 'ChargebackWon', 'ChargebackLost', 'Settlement', 'SurplusReceived', 'SurplusReturned', 'Tip', 'SetOff'));
drop table billing.wallet_debts;
create or replace function billing.refuse_overdraft() returns trigger language plpgsql as $$
begin
    raise exception 'the wallet of % would be overdrawn', new.party_id using errcode = 'check_violation', constraint = 'ledger_accounts_wallet_is_not_overdrawn';
end $$;
drop table billing.top_up_chargebacks;
