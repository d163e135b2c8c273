-- What was sent is counted apart from what was taken up: while a provider is away it is asked, and sent nothing.

alter table payment.attempts add column tries int not null default 0 check (tries >= 0);
alter table payment.authorisations add column tries int not null default 0 check (tries >= 0);
alter table payment.releases add column tries int not null default 0 check (tries >= 0);
alter table payment.refunds add column tries int not null default 0 check (tries >= 0);
alter table payment.payouts add column tries int not null default 0 check (tries >= 0);
alter table payment.top_ups add column tries int not null default 0 check (tries >= 0);
alter table payment.surplus_payments add column tries int not null default 0 check (tries >= 0);
alter table payment.tips add column tries int not null default 0 check (tries >= 0);

comment on column payment.attempts.tries is 'How often a worker took it up.';
comment on column payment.attempts.sends is 'How often it was sent, or may have been.';
comment on column payment.authorisations.tries is 'How often a worker took it up.';
comment on column payment.authorisations.sends is 'How often it was sent, or may have been.';
comment on column payment.releases.tries is 'How often a worker took it up.';
comment on column payment.releases.sends is 'How often it was sent, or may have been.';
comment on column payment.refunds.tries is 'How often a worker took it up.';
comment on column payment.refunds.sends is 'How often it was sent, or may have been.';
comment on column payment.payouts.tries is 'How often a worker took it up.';
comment on column payment.payouts.sends is 'How often it was sent, or may have been.';
comment on column payment.top_ups.tries is 'How often a worker took it up.';
comment on column payment.top_ups.sends is 'How often it was sent, or may have been.';
comment on column payment.surplus_payments.tries is 'How often a worker took it up.';
comment on column payment.surplus_payments.sends is 'How often it was sent, or may have been.';
comment on column payment.tips.tries is 'How often a worker took it up.';
comment on column payment.tips.sends is 'How often it was sent, or may have been.';

-- Of what is under way nobody knows any more how often it was really sent.
update payment.attempts set tries = sends, sends = least(sends, 1) where status in ('Due', 'Sent');
update payment.authorisations set tries = sends, sends = least(sends, 1) where status in ('Due', 'Sent');
update payment.releases set tries = sends, sends = least(sends, 1) where status in ('Due', 'Sent');
update payment.refunds set tries = sends, sends = least(sends, 1) where status in ('Due', 'Sent');
update payment.payouts set tries = sends, sends = least(sends, 1) where status in ('Due', 'Sent');
update payment.top_ups set tries = sends, sends = least(sends, 1) where status in ('Due', 'Sent');
update payment.surplus_payments set tries = sends, sends = least(sends, 1) where status in ('Due', 'Sent');
update payment.tips set tries = sends, sends = least(sends, 1) where status in ('Due', 'Sent');
