-- Every period of a driver's subscription was paid for once, at its plan's price, off that driver's balance; nothing else is called a subscription in the ledger.
select period.subscription_id, period.period, period.price_minor_units, posted.transfers, posted.driver, posted.fees
from   billing.subscription_periods period
join   billing.driver_subscriptions subscription on subscription.subscription_id = period.subscription_id
join   billing.subscription_plans plan on plan.plan_id = subscription.plan_id
cross  join lateral (
    select count(distinct transfer.transfer_id) filter (where transfer.kind = 'Subscription' and transfer.subscription_id = period.subscription_id) as transfers,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'DriverPayable' and account.party_id = subscription.driver_id), 0) as driver,
           coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'SubscriptionFees'), 0) as fees
    from   billing.ledger_keys key
    join   billing.ledger_transfers transfer on (transfer.transfer_id, transfer.occurred_at) = (key.transfer_id, key.occurred_at)
    join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
    join   billing.ledger_accounts account on account.account_id = entry.account_id
    where  key.business_key = format('subscription:%s:%s', period.subscription_id, period.period)) as posted
where  (posted.transfers, posted.driver, posted.fees) <> (1, period.price_minor_units, -period.price_minor_units)
    or (period.price_minor_units, period.currency) <> (plan.price_minor_units, plan.currency)
union  all
select transfer.subscription_id, null, null, null, null, sum(entry.amount_minor_units)
from   billing.ledger_transfers transfer
join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
join   billing.ledger_accounts account on account.account_id = entry.account_id
where  (transfer.kind = 'Subscription' or account.kind = 'SubscriptionFees')
  and  not exists (
       select from billing.subscription_periods period
       where  period.subscription_id = transfer.subscription_id and transfer.kind = 'Subscription'
         and  transfer.business_key = format('subscription:%s:%s', period.subscription_id, period.period))
group  by transfer.transfer_id, transfer.subscription_id;
