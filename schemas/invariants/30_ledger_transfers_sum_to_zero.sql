-- Every ledger transfer has at least two sides and sums to zero in each of its currencies.
select   transfer.transfer_id, transfer.business_key, entry.currency, count(entry.*) as entries, sum(entry.amount_minor_units) as sum_minor_units
from     billing.ledger_transfers transfer
left     join billing.ledger_entries entry on entry.transfer_id = transfer.transfer_id
group by transfer.transfer_id, transfer.business_key, entry.currency
having   count(entry.*) < 2 or sum(entry.amount_minor_units) <> 0;
