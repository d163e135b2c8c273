-- users: who somebody is, what they may do, and what was done to their account.
-- Personal data (phone number, name, e-mail address) is stored encrypted only; see the column comments.

select platform.create_messaging_tables('users');

create table users.users (
    id          uuid        primary key,
    phone_index bytea       not null check (octet_length(phone_index) = 32),
    phone       text        not null,
    full_name   text,
    email       text,
    role        text        not null default 'Passenger' check (role in ('Passenger', 'Driver', 'Operator')),
    is_active   boolean     not null default true,
    version     bigint      not null default 1,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    constraint users_one_per_phone unique (phone_index)
);
comment on column users.users.phone_index is 'HMAC-SHA256 of the E.164 number under a key of its own: finds the account of a number without storing the number.';
comment on column users.users.phone       is 'E.164, encrypted: v1.<key id>.<base64 of nonce (12), tag (16), ciphertext>, AES-256-GCM; user id and column name are authenticated with it.';
comment on column users.users.full_name   is 'Encrypted like phone; null until the passenger tells it.';
comment on column users.users.email       is 'Encrypted like phone.';
comment on column users.users.role        is 'The highest role that the last token issued could name.';
comment on column users.users.is_active   is 'False: no login, no refresh.';
comment on column users.users.version     is 'Counts the events published about this user.';

create table users.drivers (
    user_id       uuid        primary key references users.users (id) on delete cascade,
    vehicle_type  text        not null check (vehicle_type in ('Motorcycle', 'Car', 'Van')),
    vehicle_plate text        not null check (vehicle_plate ~ '^[A-Z0-9]{2,10}$'),
    vehicle_class text        not null check (vehicle_class in ('Motorcycle', 'Standard', 'Premium', 'Van')),
    status        text        not null check (status in ('Pending', 'Approved', 'Suspended')),
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    approved_at   timestamptz,
    constraint drivers_class_fits_type check (
        (vehicle_type, vehicle_class) in (('Motorcycle', 'Motorcycle'), ('Car', 'Standard'), ('Car', 'Premium'), ('Van', 'Van'))),
    constraint drivers_approved_at check (status <> 'Approved' or approved_at is not null)
);
comment on column users.drivers.vehicle_plate is 'Upper case, without spaces and hyphens, so that one vehicle has one spelling.';

create unique index drivers_one_approved_per_plate on users.drivers (vehicle_plate) where status = 'Approved';

create table users.sessions (
    id            uuid        primary key,
    user_id       uuid        not null references users.users (id) on delete cascade,
    refresh_id    uuid        not null,
    previous_id   uuid,
    refresh_key   bytea,
    created_at    timestamptz not null default now(),
    refreshed_at  timestamptz not null default now(),
    expires_at    timestamptz not null,
    revoked_at    timestamptz,
    revoke_reason text        check (revoke_reason in ('LoggedOut', 'RefreshTokenReused', 'Deactivated')),
    constraint sessions_revoked_for_a_reason check ((revoked_at is null) = (revoke_reason is null))
);
comment on table  users.sessions            is 'One row per login. All instants are system time: tokens do not follow the city''s clock.';
comment on column users.sessions.refresh_id is 'Names the only refresh token that still counts. Another one that was ours has been used before.';
comment on column users.sessions.previous_id is 'The refresh token before it, and with refresh_key the only excuse for showing it again.';
comment on column users.sessions.refresh_key is 'SHA-256 of the Idempotency-Key of the last refresh: the same phone, whose answer was lost, may ask once more.';

create index sessions_by_user    on users.sessions (user_id) where revoked_at is null;
create index sessions_by_expiry  on users.sessions (expires_at);

create table users.audit_entries (
    id          bigint      generated always as identity primary key,
    user_id     uuid        not null,
    actor_id    uuid        not null,
    action      text        not null check (action in (
        'Registered', 'LoggedIn', 'LoggedOut', 'RefreshTokenReused', 'ProfileChanged', 'RoleChanged', 'DriverRegistered', 'DriverApproved', 'DriverSuspended')),
    detail      text,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default now()
);
comment on table  users.audit_entries             is 'What happened to accounts; only ever appended to. No personal data: the account may be erased, its history stays.';
comment on column users.audit_entries.actor_id    is 'Who did it: the user, or an operator.';
comment on column users.audit_entries.detail      is 'A session id, a role or a reason code. Never a name, number or address.';
comment on column users.audit_entries.occurred_at is 'City time.';
comment on column users.audit_entries.recorded_at is 'System time.';

create index audit_entries_by_user on users.audit_entries (user_id, id);

create function users.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'audit entries are only appended to' using errcode = 'insufficient_privilege';
end $$;

create trigger audit_entries_append_only before update or delete on users.audit_entries
    for each row execute function users.refuse_change();
