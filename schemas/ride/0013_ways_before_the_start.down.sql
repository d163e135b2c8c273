alter table ride.on_the_way drop constraint on_the_way_stops_while_riding, drop column status;
comment on table ride.on_the_way is 'What happens to a ride while it is in progress; together with the transitions its whole history';
