do $$
begin
    if exists (select from pg_roles where rolname = 'tumpang_user') then
        grant update, delete on users.audit_entries to tumpang_user;
    end if;
end
$$;
