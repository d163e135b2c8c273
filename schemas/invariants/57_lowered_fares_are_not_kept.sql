-- What billing took off a fare, payment has heard of, and does not collect; and of what cards, wallets and codes paid, nothing beyond what is left of the fare is
-- kept: it is back, on its way, or taken back by a bank, unless the provider refused. (What was set off a bank took: invariant 76 says how much.)
select orders.id, orders.ride_id, orders.amount_minor_units, orders.adjusted_minor_units, kept.minor_units as kept_minor_units
from   payment.orders orders
left   join billing.fare_settlements fare on fare.fare_id = orders.fare_id
cross  join lateral (
    select coalesce(sum(amount_minor_units - refunded_minor_units - charged_back_minor_units), 0) as minor_units
    from   payment.attempts
    where  order_id = orders.id and status = 'Succeeded' and kind <> 'Cash') as kept
where  least(fare.adjusted_minor_units, orders.amount_minor_units) <> orders.adjusted_minor_units
    or fare.adjusted_minor_units <> (select coalesce(sum(amount_minor_units), 0) from payment.adjustments where ride_id = orders.ride_id)
    or (orders.status in ('Settled', 'WrittenOff') and orders.kind <> 'Cash' and kept.minor_units > orders.amount_minor_units - orders.adjusted_minor_units
        and not exists (select from payment.refunds where order_id = orders.id and status = 'Failed'));
