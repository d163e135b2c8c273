-- Every fare has exactly one payment order, over what was not set off against it, and there is no order without a fare.
select fare.fare_id, orders.fare_id as ordered_fare_id, fare.ride_id, fare.total_minor_units, fare.credited_minor_units, orders.amount_minor_units
from   billing.fares fare
full   join payment.orders orders on orders.fare_id = fare.fare_id
where  fare.fare_id is null
    or orders.fare_id is null
    or (fare.ride_id, fare.total_minor_units - fare.credited_minor_units, fare.currency) <> (orders.ride_id, orders.amount_minor_units, orders.currency);
