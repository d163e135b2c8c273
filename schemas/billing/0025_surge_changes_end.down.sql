drop index billing.surge_changes_by_age;
drop trigger surge_changes_are_kept on billing.surge_changes;
drop trigger surge_changes_are_final on billing.surge_changes;
drop function billing.refuse_to_forget_surge;
create trigger surge_changes_are_final before update or delete on billing.surge_changes for each row execute function billing.refuse_change();
comment on table billing.surge_changes is 'Every change of a multiplier with what had been counted around the cell: what a quote said can be looked up.';
