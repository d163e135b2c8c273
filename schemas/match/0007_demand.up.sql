-- Where passengers asked lately is summed up every few seconds. Requests are written in the order of their time, so a block-range index costs next to nothing.

create index ride_requests_by_time on match.ride_requests using brin (requested_at) with (pages_per_range = 16, autosummarize = on);
