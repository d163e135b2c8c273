-- What we say is held on a card, the provider holds; what was captured is what one attempt took, at most what was held; and what ended is held no more.
-- The books are the sandbox's own, so only its cards can be compared with them.
select held.id, held.ride_id, held.status, held.amount_minor_units, book.status as provider_status, book.captured_minor_units
from   payment.authorisations held
left   join sandbox.authorisations book on book.idempotency_key = held.id::text
left   join payment.attempts capture on capture.authorisation_id = held.id and capture.status = 'Succeeded'
left   join payment.payment_methods elsewhere on elsewhere.id = held.payment_method_id and elsewhere.provider = 'stripe'
where  (held.status in ('Authorised', 'Capturing', 'Captured', 'Releasing') and book.id is null and elsewhere.id is null)
    or (held.status = 'Captured') <> (capture.id is not null)
    or (held.status = 'Captured' and elsewhere.id is null and (book.status, book.captured_minor_units) is distinct from ('Captured', capture.amount_minor_units))
    or (held.status in ('Declined', 'Released', 'Expired') and book.status = 'Captured')
    or (held.status in ('Declined', 'Released') and book.status = 'Authorised' and book.expires_at > now())
    or book.amount_minor_units <> held.amount_minor_units
    or capture.amount_minor_units > held.amount_minor_units;
