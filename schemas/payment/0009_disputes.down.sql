drop table payment.disputes;
drop function payment.count_dispute();
create or replace function payment.count_refund() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        update payment.attempts set refunded_minor_units = refunded_minor_units + new.amount_minor_units where id = new.attempt_id;
    elsif new.status = 'Failed' then
        update payment.attempts set refunded_minor_units = refunded_minor_units - new.amount_minor_units where id = new.attempt_id;
    end if;
    return null;
end $$;
alter table payment.attempts drop constraint attempts_given_within_captured, drop column given_minor_units, drop column charged_back_minor_units;
