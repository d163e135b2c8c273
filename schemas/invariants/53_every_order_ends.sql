-- Every order ends settled, owed (the passenger knows), written off or void; one of a card, a wallet or a code that is still pending is being tried, or it is being found out
-- whether money is held for it.
select id, ride_id, status, kind, created_at
from   payment.orders
where  status = 'Pending' and kind <> 'Cash' and open_attempt_id is null
  and  not exists (select from payment.authorisations held where held.ride_id = orders.ride_id and held.status = 'Sent');
