-- Whoever gives rides knows of every wallet that is below zero, by how much, and of no other.
select coalesce(told.passenger_id, heard.passenger_id) as passenger_id, told.owed_minor_units, heard.amount_minor_units as heard_minor_units, heard.settled
from   billing.wallet_debts told
full   join match.wallet_debts heard on (heard.passenger_id, heard.currency) = (told.passenger_id, told.currency)
where  (told.owed_minor_units, told.owed_minor_units = 0, told.version) is distinct from (heard.amount_minor_units, heard.settled, heard.version);
