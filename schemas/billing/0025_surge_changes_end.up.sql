-- Changes of multipliers are kept for as long as somebody may ask what a quote was surged by, and no longer. Not the last one of a cell: it is what held
-- at the oldest instant that is kept. The job that forgets them says how long; that nothing younger than this goes is said here.

create function billing.refuse_to_forget_surge() returns trigger language plpgsql set search_path = '' as $$
begin
    if not exists (
        select from billing.surge_changes later
        where  (later.city_id, later.vehicle_class, later.line, later.place) = (old.city_id, old.vehicle_class, old.line, old.place)
          and  later.round > old.round and later.created_at < now() - interval '35 days')
    then
        raise exception 'the change of round % may still be asked for', old.round using errcode = 'insufficient_privilege';
    end if;
    return old;
end $$;
comment on function billing.refuse_to_forget_surge is 'Guards what held at any instant of the last 35 days, against the owner, too.';

drop trigger surge_changes_are_final on billing.surge_changes;
create trigger surge_changes_are_final before update on billing.surge_changes for each row execute function billing.refuse_change();
create trigger surge_changes_are_kept  before delete on billing.surge_changes for each row execute function billing.refuse_to_forget_surge();
create index surge_changes_by_age on billing.surge_changes (created_at);
comment on table billing.surge_changes is 'Changes of multipliers with what had been counted around the cell: what a quote said can be looked up. Forgotten after Billing:Surge:ChangesKeptFor.';
