-- How drivers have answered so far, and since when they are free: facts that dispatch weighs, from match's own offers and the events of rides.

alter table match.offers add column driver_cancelled boolean not null default false;

comment on column match.offers.driver_cancelled is 'The driver accepted and then gave the ride up before it began';

create table match.driver_records (
    driver_id   uuid primary key,
    answered    int not null default 0,
    accepted    int not null default 0,
    cancelled   int not null default 0,
    free_since  timestamptz
);

comment on table match.driver_records is 'A digest of match.offers, made again from it every few seconds';
comment on column match.driver_records.answered is 'Of the last 50 offers that the driver accepted, declined or let expire';
comment on column match.driver_records.cancelled is 'Accepted ones that the driver then gave up';
comment on column match.driver_records.free_since is 'When the last ride ended, city time; null before the first, and after going offline';
