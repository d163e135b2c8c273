-- Who is texted that somebody asks for help can follow them.

alter table ride.sos_alerts add token_hash bytea unique check (octet_length(token_hash) = 32);
comment on column ride.sos_alerts.token_hash is 'SHA-256 of the token in the link that the emergency contacts have, like that of ride.shares';
