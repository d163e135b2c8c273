-- A settled order is collected, by one successful attempt or by parts, or nothing was left to collect; one of which nothing is left is not open any more,
-- and an order that is done has nothing under way.
select orders.id, orders.ride_id, orders.status, orders.amount_minor_units, orders.collected_minor_units, attempts.succeeded, attempts.open
from   payment.orders orders
cross  join lateral (
    select count(*) filter (where status = 'Succeeded') as succeeded, count(*) filter (where status in ('Due', 'Sent')) as open
    from   payment.attempts
    where  order_id = orders.id) as attempts
where  attempts.succeeded < (orders.status = 'Settled' and orders.amount_minor_units > orders.adjusted_minor_units)::int
    or (orders.status in ('Pending', 'Owed') and attempts.open = 0 and orders.collected_minor_units >= orders.amount_minor_units - orders.adjusted_minor_units)
    or (orders.status = 'Void' and orders.collected_minor_units > 0)
    or attempts.open <> (orders.open_attempt_id is not null)::int
    or (attempts.open > 0 and orders.status not in ('Pending', 'Owed'));
