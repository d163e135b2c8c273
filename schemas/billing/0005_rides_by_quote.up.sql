-- A quote that is heard of last finds the ride that waits for it.
create index rides_waiting_by_quote on billing.rides (quote_id) where status = 'Open';
