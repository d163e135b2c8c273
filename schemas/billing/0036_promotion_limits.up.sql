-- A use beyond the passenger's own limit gives nothing. One that only the budget could not pay for is given all the same, and counts.

alter table billing.promotion_uses drop constraint promotion_uses_status_check;
alter table billing.promotion_uses
    add constraint promotion_uses_status_check check (status in ('Reserved', 'Consumed', 'Released', 'Unfunded', 'BeyondLimit'));

-- What a void fare gives back says what that fare says, also when the budget had not paid for it.
alter table billing.promotion_uses drop constraint promotion_uses_within_reserve;
alter table billing.promotion_uses
    add constraint promotion_uses_within_reserve check (status in ('Unfunded', 'Released') or spent_minor_units <= reserved_minor_units);
comment on column billing.promotion_uses.status is 'Reserved until the fare; then Consumed, or Released when there is none. Unfunded: the budget had been used up since the quote, whose price binds us all the same. BeyondLimit: the passenger''s own limit had been, and the ride is priced without.';
comment on table  billing.promotion_passengers  is 'How many uses of a promotion are a passenger''s, reserved, consumed or unfunded: the row is the lock on their limit.';

update billing.promotion_uses use
set    status = 'Released'
from   billing.quote_releases released
where  use.status = 'Unfunded' and use.ride_id is null and released.quote_id = use.quote_id;

insert into billing.promotion_passengers as passenger (promotion_id, passenger_id, uses)
select   promotion_id, passenger_id, count(*) filter (where status in ('Reserved', 'Consumed', 'Unfunded'))
from     billing.promotion_uses
group by promotion_id, passenger_id
on conflict (promotion_id, passenger_id) do update
set      uses = excluded.uses;

create index promotion_passengers_of_passenger on billing.promotion_passengers (passenger_id);
