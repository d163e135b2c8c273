-- What a quote promises is held in the budget before the passenger sees it. A request under the quote makes a use of the hold, its expiry makes it free again.

alter table billing.promotions
    add column held_minor_units bigint not null default 0,
    add constraint promotions_held_is_reserved check (held_minor_units between 0 and reserved_minor_units);
comment on column billing.promotions.reserved_minor_units is 'For open quotes, and by requests and rides that have not ended.';
comment on column billing.promotions.held_minor_units     is 'The part of what is reserved that is for open quotes.';

create table billing.promotion_holds (
    promotion_id uuid        not null references billing.promotions,
    passenger_id uuid        not null,
    expires_at   timestamptz not null,
    created_at   timestamptz not null default now(),
    primary key (promotion_id, passenger_id)
) with (fillfactor = 80);
comment on table  billing.promotion_holds            is 'Of whom a promotion holds its most, once for all their open quotes. Rows change under the lock of their promotion.';
comment on column billing.promotion_holds.expires_at is 'System time: no quote that it covers can be requested any more, and a request has been heard.';
comment on column billing.promotion_holds.created_at is 'System time.';
create index promotion_holds_by_expiry on billing.promotion_holds (expires_at);
