drop index billing.promotion_passengers_of_passenger;

update billing.promotion_uses set status = 'Unfunded' where status = 'BeyondLimit' or (status = 'Released' and spent_minor_units > reserved_minor_units);
update billing.promotion_passengers passenger
set    uses = (
    select count(*)
    from   billing.promotion_uses use
    where  (use.promotion_id, use.passenger_id) = (passenger.promotion_id, passenger.passenger_id) and use.status in ('Reserved', 'Consumed'));

alter table billing.promotion_uses drop constraint promotion_uses_within_reserve;
alter table billing.promotion_uses
    add constraint promotion_uses_within_reserve check (status = 'Unfunded' or spent_minor_units <= reserved_minor_units);
alter table billing.promotion_uses drop constraint promotion_uses_status_check;
alter table billing.promotion_uses
    add constraint promotion_uses_status_check check (status in ('Reserved', 'Consumed', 'Released', 'Unfunded'));
comment on column billing.promotion_uses.status is 'Reserved until the fare; then Consumed, or Released when there is none. Unfunded: budget or limit had been used up since the quote, whose price binds us all the same.';
comment on table  billing.promotion_passengers  is 'How often a passenger uses or has used a promotion: the row is the lock on their limit.';
