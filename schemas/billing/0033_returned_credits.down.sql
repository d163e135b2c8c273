drop index billing.passenger_credits_once, billing.passenger_credits_returned_once;
alter table billing.passenger_credits add constraint passenger_credits_once unique (source, cause_id);
comment on column billing.passenger_credits.expires_at is 'City time; null for money that is the passenger''s own.';
