-- Charges that a cardholder takes back through their bank.

alter table payment.attempts
    add column given_minor_units        bigint not null default 0,
    add column charged_back_minor_units bigint not null default 0;
update payment.attempts attempt
set    given_minor_units = given.minor_units
from   (select attempt_id, sum(amount_minor_units)::bigint as minor_units from payment.refunds where status = 'Succeeded' group by attempt_id) as given
where  given.attempt_id = attempt.id;
alter table payment.attempts add constraint attempts_given_within_captured check (
    given_minor_units >= 0 and charged_back_minor_units >= 0 and given_minor_units + charged_back_minor_units <= amount_minor_units
    and (given_minor_units + charged_back_minor_units = 0 or status = 'Succeeded'));
comment on column payment.attempts.given_minor_units        is 'What of it was given back by refunds that succeeded; kept by the refunds themselves.';
comment on column payment.attempts.charged_back_minor_units is 'What of it was taken back by disputes that are not won; kept by the disputes themselves.';

-- What goes back to a wallet has succeeded as it begins. A refund may begin only over what is neither promised to others nor taken back. What was begun before a dispute is the provider's to refuse.
create or replace function payment.count_refund() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        update payment.attempts
        set    refunded_minor_units = refunded_minor_units + new.amount_minor_units,
               given_minor_units    = given_minor_units + case new.status when 'Succeeded' then new.amount_minor_units else 0 end
        where  id = new.attempt_id and refunded_minor_units + charged_back_minor_units + new.amount_minor_units <= amount_minor_units;
        if not found then
            raise exception 'refund % exceeds what is left of its charge', new.id
                using errcode = 'check_violation', constraint = 'attempts_refunds_within_captured';
        end if;
    elsif new.status = 'Failed' then
        update payment.attempts set refunded_minor_units = refunded_minor_units - new.amount_minor_units where id = new.attempt_id;
    elsif new.status = 'Succeeded' then
        update payment.attempts set given_minor_units = given_minor_units + new.amount_minor_units where id = new.attempt_id;
    end if;
    return null;
end $$;

create table payment.disputes (
    id                  uuid        primary key,
    provider            text        not null,
    provider_dispute_id text        not null,
    order_id            uuid        not null references payment.orders (id),
    attempt_id          uuid        not null references payment.attempts (id),
    amount_minor_units  bigint      not null check (amount_minor_units > 0),
    fee_minor_units     bigint      not null check (fee_minor_units >= 0),
    currency            char(3)     not null,
    reason              text        not null,
    status              text        not null check (status in ('Received', 'Won', 'Lost')),
    opened_at           timestamptz not null,
    evidence_due_at     timestamptz not null,
    received_at         timestamptz not null,
    ended_at            timestamptz,
    evidence            text        check (length(evidence) between 1 and 5000),
    evidence_by         uuid,
    evidence_at         timestamptz,
    evidence_sent_at    timestamptz,
    evidence_refusal    text,
    look_at             timestamptz not null default now(),
    constraint disputes_once     unique (provider, provider_dispute_id),
    constraint disputes_ended_at check ((status = 'Received') = (ended_at is null)),
    constraint disputes_evidence check ((evidence is null) = (evidence_by is null) and (evidence is null) = (evidence_at is null)
        and (evidence is not null or (evidence_sent_at is null and evidence_refusal is null)))
);
comment on table  payment.disputes                  is 'Chargebacks as their provider told them. Received -> Won | Lost; the last two are final.';
comment on column payment.disputes.fee_minor_units  is 'What the provider takes beside the amount; both come back when it is won.';
comment on column payment.disputes.opened_at        is 'By the provider''s clock, as evidence_due_at.';
comment on column payment.disputes.received_at      is 'City time, as ended_at and evidence_at.';
comment on column payment.disputes.evidence_sent_at is 'System time at which the provider had it.';
comment on column payment.disputes.evidence_refusal is 'Why the provider would not have it.';
comment on column payment.disputes.look_at          is 'System time at which the provider is asked how it stands, in case no webhook comes.';

create index disputes_open     on payment.disputes (look_at) where status = 'Received';
create index disputes_of_order on payment.disputes (order_id);
create index disputes_listed   on payment.disputes (status, id desc);

create function payment.count_dispute() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        update payment.attempts set charged_back_minor_units = charged_back_minor_units + new.amount_minor_units where id = new.attempt_id;
    elsif new.status = 'Won' and old.status = 'Received' then
        update payment.attempts set charged_back_minor_units = charged_back_minor_units - new.amount_minor_units where id = new.attempt_id;
    end if;
    return null;
end $$;

create trigger disputes_counted      after insert or update of status on payment.disputes for each row execute function payment.count_dispute();
create trigger disputes_begin        before insert on payment.disputes for each row when (new.status <> 'Received') execute function payment.refuse_change();
create trigger disputes_ended_stay   before update on payment.disputes for each row
    when (old.status <> 'Received' and (new.status, new.ended_at) is distinct from (old.status, old.ended_at)) execute function payment.refuse_change();
create trigger disputes_keep_amounts before update on payment.disputes for each row
    when ((old.order_id, old.attempt_id, old.amount_minor_units, old.fee_minor_units, old.currency)
        is distinct from (new.order_id, new.attempt_id, new.amount_minor_units, new.fee_minor_units, new.currency))
    execute function payment.refuse_change();
create trigger disputes_are_kept     before delete on payment.disputes for each row execute function payment.refuse_change();
create trigger disputes_no_truncate  before truncate on payment.disputes for each statement execute function payment.refuse_change();
