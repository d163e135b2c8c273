-- Every dispute is in the ledger as far as it has come: withdrawn with its fee, back when it is won, with what came back of the fee, a loss when it is lost;
-- never more. What was paid into a wallet is taken from there meanwhile, and stays taken, instead of being our loss.
select dispute.id, dispute.order_id, dispute.status, dispute.amount_minor_units, dispute.fee_minor_units, posted.clearing, posted.disputed, posted.lost,
       posted.wallet
from   payment.disputes dispute
left   join payment.top_ups top_up on top_up.id = dispute.top_up_id
cross  join lateral (
    select coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'ProviderClearing'), 0) as clearing,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'ChargebacksInDispute'), 0) as disputed,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind in ('ChargebackLosses', 'SurplusPayments')), 0) as lost,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'PassengerWallet' and account.party_id = top_up.passenger_id), 0) as wallet,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'ProviderFees'), 0) as fees
    from   billing.ledger_keys key
    join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (key.transfer_id, key.occurred_at)
    join   billing.ledger_accounts account on account.account_id = entry.account_id
    where  key.business_key in ('chargeback:' || dispute.id, 'chargeback-won:' || dispute.id, 'chargeback-lost:' || dispute.id)) as posted
where  (posted.clearing, posted.disputed, posted.lost, posted.wallet, posted.fees) <> (
           case when dispute.status = 'Won' then 0 else -dispute.amount_minor_units end - (dispute.fee_minor_units - dispute.fee_back_minor_units),
           case when dispute.status = 'Received' and dispute.top_up_id is null then dispute.amount_minor_units else 0 end,
           case when dispute.status = 'Lost' and dispute.top_up_id is null then dispute.amount_minor_units else 0 end,
           case when dispute.status <> 'Won' and dispute.top_up_id is not null then dispute.amount_minor_units else 0 end,
           dispute.fee_minor_units - dispute.fee_back_minor_units);
