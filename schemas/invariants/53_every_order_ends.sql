-- Every order ends settled, owed (the passenger knows), written off or void; a card order that is still pending is being tried.
select id, ride_id, status, kind, created_at
from   payment.orders
where  status = 'Pending' and kind = 'Card' and open_attempt_id is null;
