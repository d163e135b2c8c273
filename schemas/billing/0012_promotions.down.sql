alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check check (kind in (
    'PassengerReceivable', 'DriverPayable', 'Commission', 'Tax', 'ProviderClearing', 'Concessions', 'WriteOffs', 'PayoutsInTransit', 'PayoutFees', 'Bank'));
drop trigger fares_promotions_are_final on billing.fares;
alter table billing.fares
    drop constraint fares_parts_sum,
    drop column promotion_minor_units,
    add constraint fares_parts_sum check (total_minor_units = commission_minor_units + driver_earning_minor_units + tax_minor_units);
drop index billing.fares_of_passenger;
drop table billing.promotion_uses;
drop table billing.promotion_passengers;
drop table billing.promotions;
