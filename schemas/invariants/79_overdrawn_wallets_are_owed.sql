-- Billing knows every dispute of a top-up as payment does, and how it ended. A wallet that is below zero is told of as a debt, by as much; no other is. What was
-- forgiven is in the ledger as our loss.
select coalesce(dispute.id, known.dispute_id) as id, 'a chargeback that billing knows otherwise' as wrong, dispute.amount_minor_units as minor_units
from   (select dispute.*, top_up.passenger_id
        from   payment.disputes dispute join payment.top_ups top_up on top_up.id = dispute.top_up_id) as dispute
full   join billing.top_up_chargebacks known on known.dispute_id = dispute.id
where  (dispute.top_up_id, dispute.passenger_id, dispute.amount_minor_units, dispute.currency, dispute.status) is distinct from
       (known.top_up_id, known.passenger_id, known.amount_minor_units, known.currency,
        case when known.won_at is not null then 'Won' when known.lost_at is not null then 'Lost' else 'Received' end)
union all
select coalesce(account.party_id, told.passenger_id), 'a debt that is told otherwise', greatest(0, account.balance_minor_units)
from   (select * from billing.ledger_accounts where kind = 'PassengerWallet') as account
full   join billing.wallet_debts told on (told.passenger_id, told.currency) = (account.party_id, account.currency)
where  greatest(0, account.balance_minor_units) <> coalesce(told.owed_minor_units, 0)
union all
select known.dispute_id, 'forgiven otherwise than it is booked', known.forgiven_minor_units
from   billing.top_up_chargebacks known
cross  join lateral (
    select coalesce(sum(entry.amount_minor_units), 0) as minor_units
    from   billing.ledger_keys key
    join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (key.transfer_id, key.occurred_at)
    join   billing.ledger_accounts account on account.account_id = entry.account_id
    where  key.business_key = 'wallet-forgiven:' || known.dispute_id and account.kind = 'ChargebackLosses') as posted
where  known.forgiven_minor_units <> posted.minor_units;
