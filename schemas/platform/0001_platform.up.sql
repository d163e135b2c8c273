-- What all schemas share: geography, the key ring of the tokens, and the tables behind outbox, inbox and idempotency.

create extension if not exists postgis;

-- The migrator writes keys; services read them.
create table platform.data_protection_keys (
    id            bigint generated always as identity primary key,
    friendly_name text not null unique,
    xml           text not null,
    created_at    timestamptz not null default now()
);

-- Latitude first, as everywhere in the fleet; PostGIS wants it second.
create function platform.point(latitude double precision, longitude double precision) returns geography(Point, 4326)
    language sql immutable strict parallel safe
    return public.st_setsrid(public.st_makepoint(longitude, latitude), 4326)::public.geography;

create function platform.create_messaging_tables(schema_name text) returns void
    language plpgsql as $$
begin
    execute format($ddl$
        create table %1$I.outbox (
            id           bigint generated always as identity primary key,
            event_id     uuid not null unique,
            shard        smallint not null,
            aggregate_id uuid not null,
            event_type   text not null,
            payload      text not null,
            trace_parent text,
            created_at   timestamptz not null default now()
        ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

        create index outbox_by_shard on %1$I.outbox (shard, id);

        create table %1$I.outbox_archive (
            id           bigint primary key,
            event_id     uuid not null,
            shard        smallint not null,
            aggregate_id uuid not null,
            event_type   text not null,
            payload      text not null,
            trace_parent text,
            created_at   timestamptz not null,
            published_at timestamptz not null default now()
        );

        create index outbox_archive_by_time on %1$I.outbox_archive using brin (published_at);

        create table %1$I.inbox (
            consumer    text not null,
            event_id    uuid not null,
            received_at timestamptz not null default now(),
            primary key (consumer, event_id)
        );

        create index inbox_by_time on %1$I.inbox using brin (received_at);

        create table %1$I.idempotency_keys (
            scope        text not null,
            key          text not null,
            request_hash bytea not null,
            status       smallint not null,
            body         text not null,
            content_type text not null,
            created_at   timestamptz not null default now(),
            primary key (scope, key)
        );

        create index idempotency_keys_by_time on %1$I.idempotency_keys using brin (created_at);

        comment on table %1$I.outbox is 'Events committed with their change, not yet confirmed by the broker.';
        comment on table %1$I.outbox_archive is 'Events that the broker confirmed; kept for replay.';
        comment on table %1$I.inbox is 'Events whose effects are committed; a second delivery does nothing.';
        comment on table %1$I.idempotency_keys is 'Answers already given, by caller and route; the same key gets the same answer.';
    $ddl$, schema_name);
end
$$;
