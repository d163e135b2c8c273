-- Every payout left its driver's balance once, with its fee, and came back exactly when it failed or was returned; it left the bank exactly when it was sent,
-- and came back there exactly when it was returned; what is in transit is what is reserved.
select payout.payout_id, payout.driver_id, payout.status, payout.amount_minor_units, posted.driver, posted.transit, posted.out_of_bank, posted.into_bank
from   billing.payouts payout
cross  join lateral (
    select coalesce(sum(entry.amount_minor_units) filter (where account.kind in ('DriverPayable', 'HeldCash') and account.party_id = payout.driver_id), 0) as driver,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'PayoutsInTransit'), 0) as transit,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'Bank' and entry.amount_minor_units < 0), 0) as out_of_bank,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'Bank' and entry.amount_minor_units > 0), 0) as into_bank
    from   billing.ledger_transfers transfer
    join   billing.ledger_entries entry on entry.transfer_id = transfer.transfer_id
    join   billing.ledger_accounts account on account.account_id = entry.account_id
    where  transfer.payout_id = payout.payout_id) as posted
where  posted.driver <> case when payout.status in ('Failed', 'Returned') then 0 else payout.amount_minor_units + payout.fee_minor_units end
    or posted.transit <> case when payout.status = 'Reserved' then -payout.amount_minor_units else 0 end
    or posted.out_of_bank <> case when payout.status in ('Sent', 'Returned') then -payout.amount_minor_units else 0 end
    or posted.into_bank <> case when payout.status = 'Returned' then payout.amount_minor_units else 0 end;
