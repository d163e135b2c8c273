-- A tip that was paid is the driver's, once and whole, and nothing else is; and where the sandbox charged it, it did so exactly when we say so.
select tip.id, tip.ride_id, tip.status, tip.amount_minor_units, posted.minor_units as posted_minor_units, charge.amount_minor_units as charged_minor_units
from   payment.tips tip
left   join payment.payment_methods card on card.id = tip.payment_method_id
left   join sandbox.charges charge on charge.idempotency_key = tip.id::text and charge.status = 'Succeeded'
cross  join lateral (
    select coalesce(-sum(entry.amount_minor_units), 0) as minor_units
    from   billing.ledger_keys key
    join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (key.transfer_id, key.occurred_at)
    join   billing.ledger_accounts account on account.account_id = entry.account_id
    where  key.business_key = 'tip:' || tip.id and account.kind = 'DriverPayable' and account.party_id = tip.driver_id) as posted
where  tip.status in ('Succeeded', 'Failed')
  and  (posted.minor_units <> case tip.status when 'Succeeded' then tip.amount_minor_units else 0 end
        or (coalesce(card.provider, 'sandbox') = 'sandbox'
            and coalesce(charge.amount_minor_units, 0) <> case tip.status when 'Succeeded' then tip.amount_minor_units else 0 end))
union all
select transfer.transfer_id, transfer.ride_id, 'nobody gave it', null, null, null
from   billing.ledger_transfers transfer
where  transfer.kind = 'Tip' and not exists (select from payment.tips tip where 'tip:' || tip.id = transfer.business_key);
