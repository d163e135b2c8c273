-- A settled order has exactly one successful attempt, or none when nothing was left to collect; every other order has none, and an order that is done
-- has nothing under way.
select orders.id, orders.ride_id, orders.status, orders.amount_minor_units, attempts.succeeded, attempts.open
from   payment.orders orders
cross  join lateral (
    select count(*) filter (where status = 'Succeeded') as succeeded, count(*) filter (where status in ('Due', 'Sent')) as open
    from   payment.attempts
    where  order_id = orders.id) as attempts
where  attempts.succeeded > (orders.status = 'Settled')::int
    or attempts.succeeded < (orders.status = 'Settled' and orders.amount_minor_units > orders.adjusted_minor_units)::int
    or attempts.open <> (orders.open_attempt_id is not null)::int
    or (attempts.open > 0 and orders.status not in ('Pending', 'Owed'));
