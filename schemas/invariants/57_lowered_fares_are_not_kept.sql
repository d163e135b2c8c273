-- What billing took off a fare, payment has heard of; and of what a card paid, nothing beyond what is left of the fare is kept: it is back or on its way,
-- unless the provider refused.
select orders.id, orders.ride_id, orders.amount_minor_units, orders.adjusted_minor_units, kept.minor_units as kept_minor_units
from   payment.orders orders
left   join billing.fares fare on fare.fare_id = orders.fare_id
cross  join lateral (
    select coalesce(sum(amount_minor_units - refunded_minor_units), 0) as minor_units
    from   payment.attempts
    where  order_id = orders.id and status = 'Succeeded' and kind = 'Card') as kept
where  fare.adjusted_minor_units <> orders.adjusted_minor_units
    or orders.adjusted_minor_units <> (select coalesce(sum(amount_minor_units), 0) from payment.adjustments where ride_id = orders.ride_id)
    or (orders.status = 'Settled' and orders.kind = 'Card' and kept.minor_units > orders.amount_minor_units - orders.adjusted_minor_units
        and not exists (select from payment.refunds where order_id = orders.id and status = 'Failed'));
