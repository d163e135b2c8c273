-- A passenger may change the drop-off while searching: the request then has another quote, and the first is released.

alter table billing.quotes drop constraint quotes_one_per_request;

alter table billing.quote_releases
    drop constraint quote_releases_reason_check,
    add  constraint quote_releases_reason_check check (reason in ('DropOffChanged', 'NoDriverFound', 'RequestCancelled', 'RideCancelled'));
