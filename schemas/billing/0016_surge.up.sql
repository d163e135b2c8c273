-- Surge: prices that follow demand, where operators let them. One copy of billing works the multipliers out, all copies read them here, and quotes freeze them.

create table billing.surge_rules (
    city_id            text        not null,
    vehicle_class      text        not null check (vehicle_class in ('Motorcycle', 'Standard', 'Premium', 'Van')),
    version            int         not null check (version > 0),
    is_on              boolean     not null,
    least_basis_points int         not null check (least_basis_points >= 10000 and least_basis_points % 1000 = 0),
    most_basis_points  int         not null check (most_basis_points >= least_basis_points and most_basis_points % 1000 = 0),
    reason             text        not null check (length(reason) between 1 and 500),
    decided_by         uuid        not null,
    decided_at         timestamptz not null,
    created_at         timestamptz not null default now(),
    primary key (city_id, vehicle_class, version)
);
comment on table  billing.surge_rules                    is 'Whether and how far prices of a class follow demand in a city; the newest version holds, and without one they do not.';
comment on column billing.surge_rules.least_basis_points is 'No multiplier is lower while it is on; 10 000 for none.';
comment on column billing.surge_rules.created_at         is 'System time.';
create trigger surge_rules_are_final before update or delete on billing.surge_rules for each row execute function billing.refuse_change();

create table billing.surge_rounds (
    only_row    boolean     primary key default true check (only_row),
    round       bigint      not null,
    computed_at timestamptz not null
);
comment on table  billing.surge_rounds             is 'One row, the lock of whoever works out the next round, and its clock.';
comment on column billing.surge_rounds.computed_at is 'System time.';
insert into billing.surge_rounds (round, computed_at) values (0, '2000-01-01 00:00:00+00');

create table billing.surge_cells (
    city_id                 text not null,
    vehicle_class           text not null check (vehicle_class in ('Motorcycle', 'Standard', 'Premium', 'Van')),
    line                    int  not null,
    place                   int  not null,
    smoothed_basis_points   int  not null check (smoothed_basis_points >= 10000),
    multiplier_basis_points int  not null check (multiplier_basis_points >= 10000 and multiplier_basis_points % 1000 = 0),
    primary key (city_id, vehicle_class, line, place)
);
comment on table  billing.surge_cells                       is 'The multipliers of the newest round, where they are not neutral. All of it may be lost: it grows again.';
comment on column billing.surge_cells.line                  is 'Cell of 0.005 degrees, counted from the equator.';
comment on column billing.surge_cells.place                 is 'Counted from Greenwich.';
comment on column billing.surge_cells.smoothed_basis_points is 'Where the multiplier is going.';

create table billing.surge_changes (
    city_id                 text        not null,
    vehicle_class           text        not null,
    line                    int         not null,
    place                   int         not null,
    round                   bigint      not null,
    multiplier_basis_points int         not null check (multiplier_basis_points >= 10000),
    waiting                 int         not null check (waiting >= 0),
    quoting                 int         not null check (quoting >= 0),
    free                    int         not null check (free >= 0),
    created_at              timestamptz not null default now(),
    primary key (city_id, vehicle_class, line, place, round)
);
comment on table  billing.surge_changes            is 'Every change of a multiplier with what had been counted around the cell: what a quote said can be looked up.';
comment on column billing.surge_changes.created_at is 'System time.';
create trigger surge_changes_are_final before update or delete on billing.surge_changes for each row execute function billing.refuse_change();

create table billing.surge_interest (
    copy       uuid        not null,
    city_id    text        not null,
    line       int         not null,
    place      int         not null,
    passengers uuid[]      not null,
    told_at    timestamptz not null,
    primary key (copy, city_id, line, place)
);
comment on table  billing.surge_interest         is 'Who asked each copy of billing for a price lately, by cell, in cities where prices follow demand. All of it may be lost.';
comment on column billing.surge_interest.told_at is 'System time.';
