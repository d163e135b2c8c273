-- What the provider would put into its settlement files is what we hold to have moved there, line by line; what the nightly comparison found is explained;
-- and what it said was paid to the bank is in the ledger.
select coalesce(theirs.type, ours.type) as type, coalesce(theirs.key, ours.key) as key, theirs.amount_minor_units as theirs_minor_units,
       ours.amount_minor_units as ours_minor_units
from   sandbox.movements theirs
full   join (select * from payment.movements where provider = 'sandbox') ours on (ours.type, ours.key) = (theirs.type, theirs.key)
where  (theirs.amount_minor_units, theirs.fee_minor_units, theirs.currency) is distinct from (ours.amount_minor_units, ours.fee_minor_units, ours.currency)
union all
select cause, key, theirs_minor_units, ours_minor_units
from   payment.differences
where  closed_at is null
union all
select 'bank', settlement.day || '-' || settlement.currency, settlement.net_minor_units, posted.minor_units
from   payment.settlements settlement
cross  join lateral (
    select coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'Bank'), 0) as minor_units
    from   billing.ledger_keys key
    join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (key.transfer_id, key.occurred_at)
    join   billing.ledger_accounts account on account.account_id = entry.account_id
    where  key.business_key = 'settlement:' || settlement.settlement_id) as posted
where  settlement.net_minor_units <> posted.minor_units;
