-- What a promotion holds for open quotes is its most for everybody of whom it has a hold, and whose quotes have expired is held nothing for: every copy looks
-- every few seconds, at least every ten minutes.
select   promotion.promotion_id, promotion.held_minor_units, count(hold.passenger_id) as holds, min(hold.expires_at) as first_expires_at
from     billing.promotions promotion
left     join billing.promotion_holds hold on hold.promotion_id = promotion.promotion_id
group by promotion.promotion_id
having   promotion.held_minor_units <> promotion.most_minor_units * count(hold.passenger_id)
      or min(hold.expires_at) < now() - interval '15 minutes';
