-- Whom to text when somebody on a ride asks for help, and the texts themselves until they are sent.

create table users.emergency_contacts (
    user_id uuid     not null references users.users (id) on delete cascade,
    place   smallint not null check (place between 1 and 3),
    name    text     not null,
    phone   text     not null,
    primary key (user_id, place)
);
comment on column users.emergency_contacts.name  is 'Encrypted like users.phone.';
comment on column users.emergency_contacts.phone is 'E.164, encrypted like users.phone.';

create table users.sos_texts (
    alert_id    uuid        not null,
    place       smallint    not null check (place between 1 and 3),
    user_id     uuid        not null references users.users (id) on delete cascade,
    status      text        not null default 'Pending' check (status in ('Pending', 'Sent', 'GivenUp')),
    phone       text,
    text        text,
    tries       int         not null default 0,
    next_try_at timestamptz not null default now(),
    primary key (alert_id, place),
    constraint sos_texts_hold_nothing_when_done check ((status = 'Pending') = (phone is not null and text is not null))
);
comment on table  users.sos_texts             is 'One text message per alert and contact; what it says is forgotten once it is sent.';
comment on column users.sos_texts.phone       is 'Encrypted like users.phone.';
comment on column users.sos_texts.text        is 'Encrypted like users.phone.';
comment on column users.sos_texts.next_try_at is 'System time; whoever sends puts it off first, so that no other copy sends at the same time.';

create index sos_texts_due on users.sos_texts (next_try_at) where status = 'Pending';
