alter table location.duties
    drop column queue_zone_id,
    drop column queued_at;
