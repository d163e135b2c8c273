-- Seeded tariffs; docs/fares.md gives sources and worked examples.

insert into billing.fare_policies (
    policy_id, version, name, city_id, vehicle_class, pricing_mode, tariff_kind, currency, base_minor_units,
    distance_minor_units, distance_unit_micrometres, time_minor_units, time_unit_seconds, minimum_minor_units, rounding_minor_units,
    commission_basis_points, cancellation_fee_minor_units, cancellation_grace_seconds, valid_from)
values
    ('0190b000-0000-7000-8000-000000000101', 1, 'nebengjek', 'jakarta', 'Standard', 'Metered', 'Linear', 'IDR', 0,
     300000, 1000000000, 0, 60, 0, 100, 500, 0, 300, '2010-01-01T00:00:00Z'),
    ('0190b000-0000-7000-8000-000000000102', 1, 'nebengjek', 'jakarta', 'Motorcycle', 'Metered', 'Linear', 'IDR', 0,
     300000, 1000000000, 0, 60, 0, 100, 500, 0, 300, '2010-01-01T00:00:00Z'),
    ('0190b000-0000-7000-8000-000000000103', 1, 'nebengjek-van', 'jakarta', 'Van', 'Metered', 'Linear', 'IDR', 0,
     450000, 1000000000, 0, 60, 0, 100, 500, 0, 300, '2010-01-01T00:00:00Z');

insert into billing.fare_policies (
    policy_id, version, name, city_id, vehicle_class, pricing_mode, tariff_kind, currency, base_minor_units,
    distance_minor_units, distance_unit_micrometres, time_minor_units, time_unit_seconds, minimum_minor_units, rounding_minor_units,
    commission_basis_points, tax_code, tax_minor_units, surcharges, cancellation_fee_minor_units, cancellation_grace_seconds, valid_from)
select policy_id, 1, name, 'nyc', vehicle_class, 'Metered', 'TaxiMeter', 'USD', initial_charge,
       unit_charge, 321868800, unit_charge, 60, 0, 1,
       1000, 'mta-tax', 50,
       '[{"code": "peak", "minorUnits": 100, "days": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], "from": "16:00", "to": "20:00", "exceptHolidays": true},
         {"code": "night", "minorUnits": 50, "from": "20:00", "to": "06:00"}]',
       500, 300, timestamptz '2012-09-04 00:01 America/New_York'
from (values
    ('0190b000-0000-7000-8000-000000000001'::uuid, 'nyc-taxi', 'Standard', 250, 50),
    ('0190b000-0000-7000-8000-000000000002'::uuid, 'nyc-premium', 'Premium', 400, 80),
    ('0190b000-0000-7000-8000-000000000003'::uuid, 'nyc-van', 'Van', 350, 70)) as class (policy_id, name, vehicle_class, initial_charge, unit_charge);

insert into billing.holidays (city_id, day, name)
select 'nyc', day::date, name
from (values
    ('2013-01-01', 'New Year''s Day'), ('2013-01-21', 'Martin Luther King Jr. Day'), ('2013-02-18', 'Washington''s Birthday'), ('2013-05-27', 'Memorial Day'),
    ('2013-07-04', 'Independence Day'), ('2013-09-02', 'Labor Day'), ('2013-10-14', 'Columbus Day'), ('2013-11-11', 'Veterans Day'),
    ('2013-11-28', 'Thanksgiving Day'), ('2013-12-25', 'Christmas Day'),
    ('2014-01-01', 'New Year''s Day'), ('2014-01-20', 'Martin Luther King Jr. Day'), ('2014-02-17', 'Washington''s Birthday'), ('2014-05-26', 'Memorial Day'),
    ('2014-07-04', 'Independence Day'), ('2014-09-01', 'Labor Day'), ('2014-10-13', 'Columbus Day'), ('2014-11-11', 'Veterans Day'),
    ('2014-11-27', 'Thanksgiving Day'), ('2014-12-25', 'Christmas Day'),
    ('2026-11-26', 'Thanksgiving Day'), ('2026-12-25', 'Christmas Day'),
    ('2027-01-01', 'New Year''s Day'), ('2027-01-18', 'Martin Luther King Jr. Day'), ('2027-02-15', 'Washington''s Birthday'), ('2027-05-31', 'Memorial Day'),
    ('2027-06-18', 'Juneteenth (observed)'), ('2027-07-05', 'Independence Day (observed)'), ('2027-09-06', 'Labor Day'), ('2027-10-11', 'Columbus Day'),
    ('2027-11-11', 'Veterans Day'), ('2027-11-25', 'Thanksgiving Day'), ('2027-12-24', 'Christmas Day (observed)')) as holiday (day, name);
