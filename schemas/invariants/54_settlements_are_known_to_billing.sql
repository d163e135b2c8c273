-- What payment settled, billing has heard of, and the other way round.
select orders.ride_id, orders.status, fare.settlement
from   payment.orders orders
join   billing.fares fare on fare.fare_id = orders.fare_id
where  (orders.status = 'Settled') <> (fare.settlement = 'Settled')
    or (orders.status = 'Owed') <> (fare.settlement = 'Owed');
