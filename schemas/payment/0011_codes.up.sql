-- Codes that phones scan and pay: the method, what a code says, and what was paid beside the one payment that counts.

alter table payment.payment_methods drop constraint payment_methods_kind_check;
alter table payment.payment_methods add constraint payment_methods_kind_check check (kind in ('Card', 'Cash', 'Wallet', 'Qr'));
alter table payment.orders drop constraint orders_kind_check;
alter table payment.orders add constraint orders_kind_check check (kind in ('Card', 'Cash', 'Wallet', 'Qr'));
alter table payment.attempts drop constraint attempts_kind_check;
alter table payment.attempts add constraint attempts_kind_check check (kind in ('Card', 'Cash', 'Wallet', 'Qr'));

create unique index payment_methods_one_qr on payment.payment_methods (passenger_id) where kind = 'Qr' and removed_at is null;

create table payment.codes (
    attempt_id uuid        primary key references payment.attempts (id),
    url        text,
    expires_at timestamptz,
    ended_at   timestamptz,
    look_at    timestamptz,
    constraint codes_made      check ((url is null) = (expires_at is null)),
    constraint codes_looked_at check (look_at is null or ended_at is not null)
);
comment on table  payment.codes            is 'One per attempt of the kind Qr, made and ended with it by the attempts themselves. System time throughout.';
comment on column payment.codes.url        is 'What the code says to the phone that scans it, as the provider made it; null until then.';
comment on column payment.codes.expires_at is 'From here on nobody can begin to pay it.';
comment on column payment.codes.ended_at   is 'When its attempt ended, one way or another: nobody is to pay it any more.';
comment on column payment.codes.look_at    is 'When the provider is told so, and asked what was paid with it; null when nothing more is to be done.';

create index codes_to_look_at on payment.codes (look_at) where look_at is not null;

create function payment.begin_code() returns trigger language plpgsql as $$
begin
    insert into payment.codes (attempt_id) values (new.id);
    return null;
end $$;

create function payment.end_code() returns trigger language plpgsql as $$
begin
    update payment.codes set ended_at = now(), look_at = now() where attempt_id = new.id;
    return null;
end $$;

create trigger attempts_begin_code after insert on payment.attempts for each row when (new.kind = 'Qr') execute function payment.begin_code();
create trigger attempts_end_code   after update of status on payment.attempts for each row
    when (new.kind = 'Qr' and new.status in ('Succeeded', 'Declined') and old.status in ('Due', 'Sent')) execute function payment.end_code();

create table payment.surplus_payments (
    id                 uuid        primary key,
    return_id          uuid        not null,
    order_id           uuid        not null references payment.orders (id),
    attempt_id         uuid        not null references payment.attempts (id),
    provider           text        not null,
    provider_key       text        not null,
    provider_charge_id text        not null,
    amount_minor_units bigint      not null check (amount_minor_units > 0),
    currency           char(3)     not null,
    status             text        not null check (status in ('Due', 'Sent', 'Succeeded', 'Failed')),
    provider_refund_id text,
    failure_code       text,
    sends              int         not null default 0 check (sends >= 0),
    due_at             timestamptz not null,
    lease              uuid,
    created_at         timestamptz not null,
    ended_at           timestamptz,
    constraint surplus_payments_once     unique (provider, provider_charge_id),
    constraint surplus_payments_returns  unique (return_id),
    constraint surplus_payments_ended_at check ((status in ('Succeeded', 'Failed')) = (ended_at is not null)),
    constraint surplus_payments_failure  check ((status = 'Failed') = (failure_code is not null))
);
comment on table  payment.surplus_payments              is 'Payments of a code that were one too many: by a second phone, or when its attempt had ended otherwise. Never the fare''s, and given back whole.';
comment on column payment.surplus_payments.return_id    is 'The provider''s idempotency key of giving it back; a new one when an operator has a failed one tried again.';
comment on column payment.surplus_payments.provider_key is 'Under which the provider has it in its settlement files.';
comment on column payment.surplus_payments.status       is 'Of giving it back. Due: nothing sent yet. Sent: ask until known.';

create index surplus_payments_due      on payment.surplus_payments (due_at) where status in ('Due', 'Sent');
create index surplus_payments_of_order on payment.surplus_payments (order_id);

create trigger surplus_payments_returned_stay before update on payment.surplus_payments for each row
    when (old.status = 'Succeeded') execute function payment.refuse_change();
create trigger surplus_payments_keep_amounts before update on payment.surplus_payments for each row
    when ((old.order_id, old.attempt_id, old.provider, old.provider_key, old.provider_charge_id, old.amount_minor_units, old.currency)
          is distinct from (new.order_id, new.attempt_id, new.provider, new.provider_key, new.provider_charge_id, new.amount_minor_units, new.currency))
    execute function payment.refuse_change();
create trigger surplus_payments_are_kept before delete on payment.surplus_payments for each row execute function payment.refuse_change();

-- A payment is the fare's or a surplus: either writes the same movement, whose key is unique.
create function payment.note_surplus() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
        values ('charge', new.provider_key, new.provider, new.amount_minor_units, new.currency, 'surplus:' || new.id);
    else
        insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
        values ('refund', new.return_id, new.provider, -new.amount_minor_units, new.currency, 'surplus-returned:' || new.id);
    end if;
    return null;
end $$;

create trigger surplus_payments_moved    after insert on payment.surplus_payments for each row execute function payment.note_surplus();
create trigger surplus_payments_returned after update of status on payment.surplus_payments for each row
    when (new.status = 'Succeeded' and old.status <> 'Succeeded') execute function payment.note_surplus();

drop trigger attempts_moved on payment.attempts;
create trigger attempts_moved after update of status on payment.attempts for each row
    when (new.status = 'Succeeded' and old.status <> 'Succeeded' and new.kind in ('Card', 'Qr')) execute function payment.note_movement();
