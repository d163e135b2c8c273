-- No wallet is overdrawn by more than what banks took back of what was paid in; what payment says came from a wallet, billing took, once; and
-- what was paid in, a card has paid and the ledger holds.
select account.party_id as id, 'overdrawn' as wrong, account.balance_minor_units as minor_units
from   billing.ledger_accounts account
where  account.kind = 'PassengerWallet' and account.balance_minor_units > (
           select coalesce(sum(amount_minor_units - forgiven_minor_units), 0)
           from   billing.top_up_chargebacks
           where  passenger_id = account.party_id and currency = account.currency and won_at is null)
union all
select coalesce(attempt.id, charge.attempt_id), 'taken otherwise than it was told', charge.taken_minor_units
from   (select * from payment.attempts where kind = 'Wallet') as attempt
full   join billing.wallet_charges charge on charge.attempt_id = attempt.id
where  attempt.id is null
    or (attempt.status in ('Succeeded', 'Declined')
        and charge.taken_minor_units is distinct from case attempt.status when 'Succeeded' then attempt.amount_minor_units else 0 end)
union all
select top_up.id, 'paid in otherwise than it was told', posted.minor_units
from   payment.top_ups top_up
left   join payment.payment_methods card on card.id = top_up.payment_method_id
left   join sandbox.charges charge on charge.idempotency_key = top_up.id::text and charge.status = 'Succeeded'
cross  join lateral (
    select coalesce(-sum(entry.amount_minor_units), 0) as minor_units
    from   billing.ledger_transfers transfer
    join   billing.ledger_entries entry on entry.transfer_id = transfer.transfer_id
    join   billing.ledger_accounts account on account.account_id = entry.account_id
    where  transfer.top_up_id = top_up.id and transfer.kind = 'TopUp' and account.kind = 'PassengerWallet' and account.party_id = top_up.passenger_id) as posted
where  top_up.status in ('Succeeded', 'Failed')
  and  (posted.minor_units <> case top_up.status when 'Succeeded' then top_up.amount_minor_units else 0 end
        or (coalesce(card.provider, 'sandbox') = 'sandbox'
            and coalesce(charge.amount_minor_units, 0) <> case top_up.status when 'Succeeded' then top_up.amount_minor_units else 0 end));
