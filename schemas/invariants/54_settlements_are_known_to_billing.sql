-- How an order stands at payment, its fare stands at billing.
select orders.ride_id, orders.status, fare.settlement
from   payment.orders orders
join   billing.fare_settlements fare on fare.fare_id = orders.fare_id
where  orders.status <> fare.settlement;
