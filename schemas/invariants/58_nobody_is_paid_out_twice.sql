-- A payout is billing's and payment's alike and, where the sandbox pays it, in its books exactly when it succeeded, once and with its amount, and came back
-- there exactly when it was returned.
select payout.id, payout.driver_id, payout.status, payout.amount_minor_units, paid.transfers, paid.amount_minor_units as paid_minor_units, paid.returns
from   payment.payouts payout
cross  join lateral (
    select count(*) as transfers, coalesce(sum(amount_minor_units), 0) as amount_minor_units, count(*) filter (where status = 'Returned') as returns
    from   sandbox.transfers
    where  idempotency_key = payout.id::text and status in ('Succeeded', 'Returned')) as paid
where  payout.status in ('Succeeded', 'Failed', 'Returned')
  and  not exists (select from payment.bank_accounts account where account.id = payout.bank_account_id and account.provider <> 'sandbox')
  and  (paid.transfers <> (payout.status <> 'Failed')::int
        or paid.amount_minor_units <> case when payout.status <> 'Failed' then payout.amount_minor_units else 0 end
        or paid.returns <> (payout.status = 'Returned')::int)
union all
select reserved.payout_id, reserved.driver_id, reserved.status, reserved.amount_minor_units, 0, payout.amount_minor_units, 0
from   billing.payouts reserved
full   join payment.payouts payout on payout.id = reserved.payout_id
where  payout.id is null
    or reserved.payout_id is null
    or (payout.driver_id, payout.amount_minor_units, payout.currency) <> (reserved.driver_id, reserved.amount_minor_units, reserved.currency)
    or (payout.status = 'Succeeded') <> (reserved.status = 'Sent')
    or (payout.status = 'Failed') <> (reserved.status = 'Failed')
    or (payout.status = 'Returned') <> (reserved.status = 'Returned');
