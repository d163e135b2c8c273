-- A passenger may raise a tip while searching: a better offer, which drivers who said no may be asked about again.

alter table match.ride_requests
    add tip_minor_units bigint   not null default 0 check (tip_minor_units >= 0),
    add tip_raises      smallint not null default 0 check (tip_raises between 0 and 3);
comment on column match.ride_requests.tip_minor_units is 'Promised to the driver on top of the fare, in its currency';
comment on column match.ride_requests.tip_raises      is 'How often the passenger has raised it';

alter table match.offers add tip_raises smallint not null default 0;
comment on column match.offers.tip_raises is 'Of the request, when the offer was made';

drop index match.offers_never_the_same_driver_twice;
create unique index offers_never_the_same_driver_twice on match.offers (ride_request_id, driver_id, tip_raises)
    where coalesce(withdrawn_because, '') not in ('AnotherDriverAccepted', 'DropOffChanged');
