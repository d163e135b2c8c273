-- The history of an order begins with its first state, leaves none out, and ends with the state that it has.
select orders.id, orders.ride_id, orders.status, history.status as last_status, history.ordinal as last_ordinal, history.known
from   payment.orders
left   join lateral (
    select   status, ordinal, (select count(*) from payment.order_states every where every.order_id = orders.id) as known
    from     payment.order_states
    where    order_id = orders.id
    order by ordinal desc
    limit    1) as history on true
where  history.status is distinct from orders.status or history.known <> history.ordinal;
