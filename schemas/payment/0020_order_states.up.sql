-- The states of an order, written down as it takes them, and kept when its events are long forgotten.

create table payment.order_states (
    order_id    uuid        not null references payment.orders (id),
    ordinal     int         not null check (ordinal >= 1),
    status      text        not null check (status in ('Pending', 'Owed', 'Settled', 'WrittenOff', 'Void')),
    cause       text        not null,
    attempt_id  uuid        references payment.attempts (id),
    closure_id  uuid        references payment.closures (closure_id),
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    primary key (order_id, ordinal)
);
comment on table  payment.order_states             is 'Every state that an order has had, oldest first; the last is the order''s.';
comment on column payment.order_states.ordinal     is 'From 1 within the order.';
comment on column payment.order_states.cause       is 'fare-finalised, collected, nothing-left, closed, or the code by which it came to be owed; kept-since: this history began with the order in that state.';
comment on column payment.order_states.attempt_id  is 'The attempt that brought it about.';
comment on column payment.order_states.closure_id  is 'The operators'' decision that brought it about.';
comment on column payment.order_states.occurred_at is 'City time.';
comment on column payment.order_states.recorded_at is 'System time.';

-- In the transaction of the change itself, whoever makes it. The attempt or the decision was written before it.
create function payment.note_order_state() returns trigger language plpgsql as $$
declare
    tried  record;
    closed uuid;
begin
    select id, status, decline_code into tried from payment.attempts where order_id = new.id and ordinal = new.attempts_made;
    select closure_id into closed from payment.closures where order_id = new.id and status = 'Effective';
    insert into payment.order_states (order_id, ordinal, status, cause, attempt_id, closure_id, occurred_at)
    values (
        new.id, (select coalesce(max(ordinal), 0) + 1 from payment.order_states where order_id = new.id), new.status,
        case new.status
            when 'Pending' then 'fare-finalised'
            when 'Owed'    then new.failure_code
            when 'Settled' then case tried.status when 'Succeeded' then 'collected' else 'nothing-left' end
            else 'closed'
        end,
        case when new.status = 'Settled' and tried.status = 'Succeeded' or new.status = 'Owed' and tried.decline_code = new.failure_code then tried.id end,
        case when new.status in ('WrittenOff', 'Void') then closed end,
        new.updated_at);
    return null;
end $$;

create trigger orders_begin_history after insert on payment.orders for each row execute function payment.note_order_state();
create trigger orders_keep_history  after update of status on payment.orders for each row
    when (new.status <> old.status) execute function payment.note_order_state();

insert into payment.order_states (order_id, ordinal, status, cause, occurred_at) select id, 1, status, 'kept-since', updated_at from payment.orders;

create trigger order_states_append_only before update or delete on payment.order_states for each row execute function payment.refuse_change();
create trigger order_states_no_truncate before truncate on payment.order_states for each statement execute function payment.refuse_change();

do $$
begin
    if exists (select from pg_roles where rolname = 'tumpang_payment') then
        revoke update, delete on payment.order_states from tumpang_payment;
    end if;
end
$$;
