-- Every transfer has its key and every key its transfer, an entry the date of its transfer; and what was kept of a closed month is what its entries say.
select coalesce(transfer.transfer_id, key.transfer_id) as transfer_id, coalesce(transfer.business_key, key.business_key) as business_key, null::date as month,
       null::bigint as account_id, null::bigint as kept_minor_units, null::numeric as entries_minor_units
from   billing.ledger_transfers transfer
full   join billing.ledger_keys key on key.business_key = transfer.business_key
where  transfer.transfer_id is null or key.transfer_id is null or (transfer.transfer_id, transfer.occurred_at) <> (key.transfer_id, key.occurred_at)
union all
select entry.transfer_id, null, null, entry.account_id, null, null
from   billing.ledger_entries entry
left   join billing.ledger_transfers transfer on (transfer.transfer_id, transfer.occurred_at) = (entry.transfer_id, entry.occurred_at)
where  transfer.transfer_id is null
union all
select null, null, coalesce(moved.month, kept.month), coalesce(moved.account_id, kept.account_id), kept.moved_minor_units, moved.minor_units
from   (select month.month, entry.account_id, sum(entry.amount_minor_units) as minor_units
        from   billing.kept_months month
        join   billing.ledger_entries entry
               on entry.occurred_at >= month.month::timestamp at time zone 'UTC' and entry.occurred_at < (month.month + interval '1 month')::timestamp at time zone 'UTC'
        group by month.month, entry.account_id) moved
full   join billing.month_balances kept on (kept.month, kept.account_id) = (moved.month, moved.account_id)
where  kept.moved_minor_units is distinct from moved.minor_units
union all
select null, null, kept.month, kept.account_id, kept.closing_minor_units, until.minor_units
from   billing.month_balances kept
cross  join lateral (
    select coalesce(sum(moved_minor_units), 0) as minor_units from billing.month_balances where account_id = kept.account_id and month <= kept.month) as until
where  kept.closing_minor_units <> until.minor_units;
