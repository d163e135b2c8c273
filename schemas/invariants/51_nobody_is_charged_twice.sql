-- The provider holds money for an order at most once, exactly when a card settled it, and exactly its amount. The charges are the
-- provider's own books; an attempt's id is the key under which it charged.
select orders.id, orders.ride_id, orders.status, orders.kind, orders.amount_minor_units, held.charges, held.amount_minor_units as held_minor_units
from   payment.orders orders
cross  join lateral (
    select count(*) as charges, coalesce(sum(charge.amount_minor_units - charge.refunded_minor_units), 0) as amount_minor_units
    from   payment.attempts attempt
    join   sandbox.charges charge on charge.idempotency_key = attempt.id::text
    where  attempt.order_id = orders.id and charge.status = 'Succeeded') as held
where  held.charges > 1
    or held.amount_minor_units <> case when orders.status = 'Settled' and orders.kind = 'Card' then orders.amount_minor_units else 0 end;
