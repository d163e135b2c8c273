-- Every change takes offers back from drivers who think about them: a request has only so many.

alter table match.ride_requests add column drop_off_changes smallint not null default 0;
alter table match.ride_requests add constraint ride_requests_few_changes check (drop_off_changes between 0 and 5);

comment on column match.ride_requests.drop_off_changes is 'How often the passenger has changed the drop-off while searching';
