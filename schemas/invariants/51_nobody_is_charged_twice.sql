-- The provider has charged for an order exactly what its attempts say, once for each that succeeded, together no more than the fare and, once the order is
-- settled, no less than what is left of it. The charges are the sandbox's own books, so only its cards and codes can be compared; an attempt's id is the key
-- under which it charged. What was paid with a code once too often is another invariant's.
select orders.id, orders.ride_id, orders.status, orders.amount_minor_units, orders.collected_minor_units, held.charges,
       held.amount_minor_units as held_minor_units
from   payment.orders orders
cross  join lateral (
    select count(charge.id) as charges, coalesce(sum(charge.amount_minor_units), 0) as amount_minor_units,
           count(*) filter (where attempt.status = 'Succeeded' and attempt.kind in ('Card', 'Qr') and elsewhere.id is null) as succeeded,
           coalesce(sum(attempt.amount_minor_units) filter (where attempt.status = 'Succeeded' and attempt.kind in ('Card', 'Qr') and elsewhere.id is null), 0)
               as captured_minor_units,
           coalesce(sum(attempt.amount_minor_units) filter (where attempt.status = 'Succeeded'), 0) as collected_minor_units
    from   payment.attempts attempt
    left   join payment.payment_methods elsewhere on elsewhere.id = attempt.payment_method_id and elsewhere.provider = 'stripe'
    left   join sandbox.charges charge on charge.idempotency_key = attempt.id::text and charge.status = 'Succeeded'
        and not exists (select from payment.surplus_payments surplus where surplus.provider = 'sandbox' and surplus.provider_charge_id = charge.id::text)
    where  attempt.order_id = orders.id) as held
where  (held.charges, held.amount_minor_units) <> (held.succeeded, held.captured_minor_units)
    or held.collected_minor_units <> orders.collected_minor_units
    or held.collected_minor_units > orders.amount_minor_units
    or held.collected_minor_units < case when orders.status = 'Settled' then orders.amount_minor_units - orders.adjusted_minor_units else 0 end;
