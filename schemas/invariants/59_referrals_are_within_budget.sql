-- What a referral programme has reserved is for its pending referrals, what it spent is what it gave: one credit to each newcomer, and one to the referrer of
-- each who was rewarded; within the budget. And nobody has brought more than they may.
select   programme.programme_id, programme.reserved_minor_units, programme.spent_minor_units, referred.pending, referred.entered, referred.rewarded, given.minor_units as given_minor_units
from     billing.referral_programmes programme
cross    join lateral (
    select count(*) filter (where status = 'Pending') as pending, count(*) as entered, count(*) filter (where status = 'Rewarded') as rewarded
    from   billing.referrals
    where  programme_id = programme.programme_id) as referred
cross    join lateral (
    select coalesce(sum(credit.amount_minor_units), 0) as minor_units
    from   billing.referrals referral
    join   billing.passenger_credits credit on credit.source in ('Newcomer', 'Referrer') and credit.cause_id = referral.newcomer_id
    where  referral.programme_id = programme.programme_id) as given
where    programme.reserved_minor_units <> referred.pending * programme.referrer_minor_units
      or programme.spent_minor_units <> referred.entered * programme.newcomer_minor_units + referred.rewarded * programme.referrer_minor_units
      or programme.spent_minor_units <> given.minor_units
      or programme.reserved_minor_units + programme.spent_minor_units > programme.budget_minor_units
union all
select   counted.programme_id, counted.referrals, programme.most_per_referrer, null, brought.referrals, null, null
from     billing.referral_counts counted
join     billing.referral_programmes programme using (programme_id)
cross    join lateral (
    select count(*) as referrals from billing.referrals
    where  (programme_id, referrer_id) = (counted.programme_id, counted.referrer_id) and status <> 'Lapsed') as brought
where    counted.referrals <> brought.referrals or counted.referrals > programme.most_per_referrer;
