alter table location.rides drop column points_kept;
alter table location.rides add column polyline text;
update location.rides r set polyline = t.polyline from location.tracks t where t.ride_id = r.ride_id and t.closed_at = r.closed_at;
drop function location.drop_track_months;
drop function location.create_track_month;
drop table location.tracks;
