-- Every refund to a card of the sandbox that ended is in its books exactly when it succeeded, with its amount; and an attempt counts its refunds, which never
-- exceed it.
select refund.id, refund.order_id, refund.status, refund.amount_minor_units, given.amount_minor_units as given_minor_units
from   payment.refunds refund
left   join sandbox.refunds given on given.idempotency_key = refund.id::text and given.status = 'Succeeded'
where  refund.status in ('Succeeded', 'Failed')
  and  not exists (
    select from payment.attempts attempt
    join   payment.payment_methods method on method.id = attempt.payment_method_id and method.provider <> 'sandbox'
    where  attempt.id = refund.attempt_id)
  and  coalesce(given.amount_minor_units, 0) <> case when refund.status = 'Succeeded' then refund.amount_minor_units else 0 end
union all
select attempt.id, attempt.order_id, attempt.status, attempt.refunded_minor_units, counted.minor_units
from   payment.attempts attempt
cross  join lateral (
    select coalesce(sum(amount_minor_units), 0) as minor_units from payment.refunds where attempt_id = attempt.id and status <> 'Failed') as counted
where  attempt.refunded_minor_units <> counted.minor_units
    or attempt.refunded_minor_units > attempt.amount_minor_units;
