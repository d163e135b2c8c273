-- What phones paid with codes is the one payment of an attempt, or it goes back whole, by us or by the payer's bank; what is given back the provider has given, and the
-- ledger holds what is not back yet.
select charge.id::text as id, charge.code_key as about, 'neither the fare''s nor a surplus, or both' as wrong
from   sandbox.charges charge
left   join payment.attempts attempt on attempt.id::text = charge.code_key and attempt.status = 'Succeeded' and attempt.provider_charge_id = charge.id::text
left   join payment.surplus_payments surplus on surplus.provider = 'sandbox' and surplus.provider_charge_id = charge.id::text
where  charge.code_key is not null and charge.status = 'Succeeded' and (attempt.id is null) = (surplus.id is null)
union all
select surplus.id::text, surplus.provider_key, 'given back otherwise than the provider has it'
from   payment.surplus_payments surplus
left   join sandbox.refunds given on given.idempotency_key = surplus.return_id::text and given.status = 'Succeeded'
where  surplus.provider = 'sandbox' and surplus.status in ('Succeeded', 'Failed', 'TakenBack')
  and  coalesce(given.amount_minor_units, 0) <> case surplus.status when 'Succeeded' then surplus.amount_minor_units - surplus.taken_back_minor_units else 0 end
union all
select surplus.id::text, surplus.provider_key, 'otherwise in the ledger'
from   payment.surplus_payments surplus
cross  join lateral (
    select coalesce(sum(-entry.amount_minor_units), 0) as minor_units
    from   billing.ledger_keys key
    join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (key.transfer_id, key.occurred_at)
    join   billing.ledger_accounts account on account.account_id = entry.account_id
    where  account.kind = 'SurplusPayments'
      and  (key.business_key in ('surplus:' || surplus.id, 'surplus-returned:' || surplus.id)
            or key.business_key in (select 'chargeback-lost:' || dispute.id from payment.disputes dispute where dispute.surplus_id = surplus.id))) as held
where  held.minor_units <> case surplus.status when 'Succeeded' then 0 else surplus.amount_minor_units - surplus.taken_back_minor_units end;
