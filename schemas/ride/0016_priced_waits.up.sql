-- A price that was agreed to under way has the ride as it was driven until then: what was waited in that time is paid with it, once.

alter table ride.rides add priced_until timestamptz;
comment on column ride.rides.priced_until is 'Until when the agreed price has the ride as it was driven, waits included; city time; null when it has nothing of it';
