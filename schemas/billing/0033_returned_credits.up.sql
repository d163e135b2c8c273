-- What a fare had used of credits that expire comes back with their expiry, and so may be several credits.

alter table billing.passenger_credits drop constraint passenger_credits_once;
create unique index passenger_credits_once on billing.passenger_credits (source, cause_id) where source <> 'Returned';
create unique index passenger_credits_returned_once on billing.passenger_credits (cause_id, expires_at) nulls not distinct where source = 'Returned';
comment on column billing.passenger_credits.expires_at is 'City time; null for money that is the passenger''s own. What comes back keeps its own, or expires a week after it came back.';
