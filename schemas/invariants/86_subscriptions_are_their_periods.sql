-- A subscription is its periods: so many, one after the other without overlapping, until its end; each covers the classes of its plan, whole.
select subscription.subscription_id, subscription.periods, subscription.ends_at, paid.periods as paid_periods, paid.ends_at as paid_until, null as uncovered
from   billing.driver_subscriptions subscription
cross  join lateral (
    select count(*) as periods, min(starts_at) as starts_at, max(ends_at) as ends_at, max(period) as last
    from   billing.subscription_periods
    where  subscription_id = subscription.subscription_id) as paid
where  (paid.periods, paid.last, paid.starts_at, paid.ends_at)
       is distinct from (subscription.periods, subscription.periods, subscription.started_at, subscription.ends_at)
union  all
select period.subscription_id, period.period, period.ends_at, null, null, coalesce(covered.classes, '{}')
from   billing.subscription_periods period
join   billing.driver_subscriptions subscription on subscription.subscription_id = period.subscription_id
join   billing.subscription_plans plan on plan.plan_id = subscription.plan_id
left   join billing.subscription_periods before on (before.subscription_id, before.period) = (period.subscription_id, period.period - 1)
cross  join lateral (
    select array_agg(vehicle_class) as classes,
           bool_and((driver_id, city_id, starts_at, ends_at) = (subscription.driver_id, plan.city_id, period.starts_at, period.ends_at)) as whole
    from   billing.subscription_coverage
    where  (subscription_id, period) = (period.subscription_id, period.period)) as covered
where  before.ends_at > period.starts_at
   or  covered.whole is not true
   or  not (covered.classes @> plan.vehicle_classes and covered.classes <@ plan.vehicle_classes);
