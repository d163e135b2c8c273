-- A dispute is as its provider has it, once decided at ours; and a charge counts what refunds gave back and disputes took back. The sandbox never takes more
-- than is left of a charge; other providers may take what was given back already.
select dispute.id, dispute.order_id, dispute.status, dispute.amount_minor_units, theirs.status as their_status
from   payment.disputes dispute
left   join sandbox.disputes theirs on theirs.id::text = dispute.provider_dispute_id
where  dispute.provider = 'sandbox'
  and  (theirs.id is null
        or (dispute.amount_minor_units, dispute.fee_minor_units) <> (theirs.amount_minor_units, theirs.fee_minor_units)
        or (dispute.status <> 'Received' and dispute.status <> theirs.status)
        or (dispute.status = 'Won' and dispute.fee_back_minor_units <> theirs.fee_minor_units))
union all
select attempt.id, attempt.order_id, attempt.status, attempt.charged_back_minor_units, null
from   payment.attempts attempt
where  attempt.charged_back_minor_units
       <> (select coalesce(sum(amount_minor_units), 0) from payment.disputes where attempt_id = attempt.id and surplus_id is null and status <> 'Won')
    or attempt.given_minor_units <> (select coalesce(sum(amount_minor_units), 0) from payment.refunds where attempt_id = attempt.id and status = 'Succeeded')
    or attempt.given_minor_units + attempt.charged_back_minor_units > attempt.amount_minor_units
       and not exists (select from payment.payment_methods method where method.id = attempt.payment_method_id and method.provider <> 'sandbox');
