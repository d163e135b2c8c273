-- Only the quotes that were given up for another can be spared.
delete from billing.quotes q using billing.quote_releases r where r.quote_id = q.quote_id and r.reason = 'DropOffChanged';
delete from billing.quote_releases where reason = 'DropOffChanged';

alter table billing.quote_releases
    drop constraint quote_releases_reason_check,
    add  constraint quote_releases_reason_check check (reason in ('NoDriverFound', 'RequestCancelled', 'RideCancelled'));

alter table billing.quotes add constraint quotes_one_per_request unique (ride_request_id);
