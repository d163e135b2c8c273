-- Every account's balance is the sum of its entries.
select   account.account_id, account.kind, account.party_id, account.currency, account.balance_minor_units,
         coalesce(sum(entry.amount_minor_units), 0) as entries_minor_units
from     billing.ledger_accounts account
left     join billing.ledger_entries entry on entry.account_id = account.account_id
group by account.account_id
having   account.balance_minor_units <> coalesce(sum(entry.amount_minor_units), 0);
