-- Passengers whose wallets are below zero get no new ride.

create table match.wallet_debts (
    passenger_id        uuid    not null,
    currency            char(3) not null,
    amount_minor_units  bigint  not null,
    settled             boolean not null,
    version             bigint  not null,
    primary key (passenger_id, currency)
);
comment on table match.wallet_debts is 'What banks took back of what was paid into wallets, as far as the wallets did not hold it.';
