-- The provider has charged for an order at most once, exactly when a card settled it, exactly what the attempt says, and no less than what is left of
-- the fare. The charges are the provider's own books; an attempt's id is the key under which it charged.
select orders.id, orders.ride_id, orders.status, orders.kind, orders.amount_minor_units, held.charges, held.amount_minor_units as held_minor_units
from   payment.orders orders
cross  join lateral (
    select count(charge.id) as charges, coalesce(sum(charge.amount_minor_units), 0) as amount_minor_units,
           coalesce(sum(attempt.amount_minor_units) filter (where attempt.status = 'Succeeded' and attempt.kind = 'Card'), 0) as captured_minor_units
    from   payment.attempts attempt
    left   join sandbox.charges charge on charge.idempotency_key = attempt.id::text and charge.status = 'Succeeded'
    where  attempt.order_id = orders.id) as held
where  held.charges > 1
    or held.amount_minor_units <> held.captured_minor_units
    or held.amount_minor_units < case when orders.status = 'Settled' and orders.kind = 'Card' then orders.amount_minor_units - orders.adjusted_minor_units else 0 end
    or (held.charges > 0 and (orders.status, orders.kind) <> ('Settled', 'Card'));
