drop index billing.rides_waiting_by_quote;
