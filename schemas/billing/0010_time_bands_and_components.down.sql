drop trigger fares_inputs_are_final on billing.fares;
alter table billing.fares drop column inputs;
alter table billing.rides drop column drop_off, drop column waited_seconds, drop column stops, drop column pickup_metres;
alter table billing.quotes drop column inputs;
alter table billing.fare_policies
    drop constraint fare_policies_sections_are_linear,
    drop constraint fare_policies_days_of_the_week,
    drop constraint fare_policies_one_version_each,
    drop column band, drop column band_from, drop column band_to, drop column band_days, drop column active, drop column distance_sections, drop column night,
    drop column waiting_free_seconds, drop column waiting_minor_units, drop column pickup_free_metres, drop column pickup_minor_units,
    drop column pickup_unit_micrometres, drop column stop_minor_units, drop column booking_minor_units, drop column zone_fees,
    drop column sales_tax_basis_points, drop column sales_tax_inclusive, drop column commission_minor_units, drop column deviation_drop_off_metres,
    drop column deviation_distance_basis_points, drop column deviation_duration_basis_points, drop column created_by,
    add constraint fare_policies_one_version_each unique (city_id, vehicle_class, version);
