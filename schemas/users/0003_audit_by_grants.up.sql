-- The audit log was append-only by its trigger; now the service has no right to change it either.
do $$
begin
    if exists (select from pg_roles where rolname = 'tumpang_user') then
        revoke update, delete on users.audit_entries from tumpang_user;
    end if;
end
$$;
