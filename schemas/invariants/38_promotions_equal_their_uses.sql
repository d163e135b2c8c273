-- What a promotion has reserved beside its holds, and spent, is what its uses have, within its budget, and what its uses spent is what their fares say and the
-- ledger has; nothing once a fare is void. Nothing stays reserved for a ride that was priced, nor under a quote that was given up.
select   promotion.promotion_id, promotion.reserved_minor_units - promotion.held_minor_units as reserved_minor_units, promotion.spent_minor_units,
         promotion.budget_minor_units,
         coalesce(sum(use.reserved_minor_units) filter (where use.status = 'Reserved'), 0) as reserved_by_uses,
         coalesce(sum(use.spent_minor_units) filter (where use.status = 'Consumed'), 0) as spent_by_uses
from     billing.promotions promotion
left     join billing.promotion_uses use on use.promotion_id = promotion.promotion_id
left     join billing.fares fare on fare.ride_id = use.ride_id
group by promotion.promotion_id
having   promotion.reserved_minor_units - promotion.held_minor_units <> coalesce(sum(use.reserved_minor_units) filter (where use.status = 'Reserved'), 0)
      or promotion.spent_minor_units <> coalesce(sum(use.spent_minor_units) filter (where use.status = 'Consumed'), 0)
      or promotion.reserved_minor_units + promotion.spent_minor_units > promotion.budget_minor_units
      or coalesce(bool_or(use.ride_id is not null and use.spent_minor_units is distinct from fare.promotion_minor_units), false)
union all
select   use.promotion_id, use.reserved_minor_units, use.spent_minor_units, null, null, null
from     billing.promotion_uses use
where    use.status = 'Reserved'
  and    (exists (select from billing.rides where quote_id = use.quote_id and status <> 'Open' and completed_at is not null)
      or  exists (select from billing.quote_releases where quote_id = use.quote_id))
union all
select   use.promotion_id, use.reserved_minor_units, use.spent_minor_units, null, null, posted.minor_units
from     billing.promotion_uses use
cross    join lateral (
    select coalesce(sum(entry.amount_minor_units), 0) as minor_units
    from   billing.ledger_transfers transfer
    join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
    join   billing.ledger_accounts account on account.account_id = entry.account_id and account.kind = 'PromotionExpense'
    where  transfer.ride_id = use.ride_id) as posted
where    use.ride_id is not null and posted.minor_units <> case use.status when 'Consumed' then use.spent_minor_units else 0 end;
