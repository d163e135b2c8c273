alter table billing.ledger_transfers
    drop constraint ledger_transfers_about_one_thing,
    drop constraint ledger_transfers_kind_check,
    drop column credit_id,
    add constraint ledger_transfers_about_one_thing check (num_nonnulls(ride_id, payout_id, top_up_id) = 1),
    add constraint ledger_transfers_kind_check check (kind in (
        'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned', 'TopUp', 'WalletPayment',
        'CreditArisen', 'CreditUsed'));
drop trigger passenger_credits_expiry_is_final on billing.passenger_credits;
alter table billing.passenger_credits
    drop constraint passenger_credits_expire_whole,
    drop constraint passenger_credits_of_a_ride_or_given,
    drop constraint passenger_credits_source_check,
    drop column expired_minor_units,
    drop column expires_at,
    add constraint passenger_credits_source_check check (source in ('CashFare', 'Returned')),
    alter column ride_id set not null;
drop table billing.referral_counts;
drop table billing.referrals;
drop table billing.referral_codes;
drop table billing.referral_programmes;
