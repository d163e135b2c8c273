-- Passengers go another way before the ride has begun, too: what happened says in which status of the ride it did.

alter table ride.on_the_way
    -- Copies from before this write of rides in progress only, and do not say so.
    add column status text not null default 'InProgress' check (status in ('Queued', 'DriverAssigned', 'DriverArrived', 'InProgress')),
    add constraint on_the_way_stops_while_riding check (what = 'Rerouted' or status = 'InProgress');

comment on table  ride.on_the_way        is 'What happens to a ride between its transitions; together with them its whole history';
comment on column ride.on_the_way.status is 'Of the ride, then: it does not change it';
