update payment.attempts set sends = tries where status in ('Due', 'Sent');
update payment.authorisations set sends = tries where status in ('Due', 'Sent');
update payment.releases set sends = tries where status in ('Due', 'Sent');
update payment.refunds set sends = tries where status in ('Due', 'Sent');
update payment.payouts set sends = tries where status in ('Due', 'Sent');
update payment.top_ups set sends = tries where status in ('Due', 'Sent');
update payment.surplus_payments set sends = tries where status in ('Due', 'Sent');
update payment.tips set sends = tries where status in ('Due', 'Sent');

alter table payment.attempts drop column tries;
alter table payment.authorisations drop column tries;
alter table payment.releases drop column tries;
alter table payment.refunds drop column tries;
alter table payment.payouts drop column tries;
alter table payment.top_ups drop column tries;
alter table payment.surplus_payments drop column tries;
alter table payment.tips drop column tries;

comment on column payment.attempts.sends is 'How often a worker took it up.';
comment on column payment.authorisations.sends is null;
comment on column payment.releases.sends is null;
comment on column payment.refunds.sends is null;
comment on column payment.payouts.sends is null;
comment on column payment.top_ups.sends is null;
comment on column payment.surplus_payments.sends is null;
comment on column payment.tips.sends is null;
