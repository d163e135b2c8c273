alter table match.offers drop after_ride_id;
drop table match.next_rides;
drop index match.busy_parties_soon_free;
alter table match.busy_parties
    drop constraint busy_parties_end_is_whole,
    drop free_at, drop free_where, drop city_id, drop vehicle_class, drop ends_version;
