-- A cancellation costs what its tariff says for how far the ride had come, and that is what the ride's own history says; nobody owes it within the grace
-- period, or when it was not the passenger's doing.
select fare.fare_id, fare.ride_id, fare.full_minor_units, fare.inputs -> 'cancelled' as cancelled, bill.cancellation_phase, bill.cancelled_by
from   billing.fares fare
join   billing.fare_policies policy on (policy.policy_id, policy.version) = (fare.policy_id, fare.policy_version)
join   billing.rides bill on bill.ride_id = fare.ride_id
cross  join lateral (select fare.inputs #>> '{cancelled,phase}' as phase) charged
where  fare.kind = 'Cancellation'
and    (fare.full_minor_units <> case charged.phase
            when 'Queued' then 0
            when 'AtPickup' then coalesce(policy.cancellation_at_pickup_minor_units, policy.cancellation_fee_minor_units)
            when 'NoShow' then coalesce(policy.cancellation_no_show_minor_units, policy.cancellation_at_pickup_minor_units, policy.cancellation_fee_minor_units)
            else policy.cancellation_fee_minor_units end
     or bill.cancelled_by is distinct from 'Passenger'
     or charged.phase <> bill.cancellation_phase
     or (not (charged.phase = 'NoShow' and policy.cancellation_no_show_minor_units is not null)
         and (fare.inputs #>> '{cancelled,at}')::timestamptz - (fare.inputs #>> '{cancelled,setOutAt}')::timestamptz
             <= make_interval(secs => policy.cancellation_grace_seconds)))
union  all
select null, bill.ride_id, null, to_jsonb(step), bill.cancellation_phase, bill.cancelled_by
from   billing.rides bill
join   ride.transitions step on step.ride_id = bill.ride_id and step.status = 'Cancelled'
where  bill.cancellation_phase <> case
           when step.reason = 'passenger-no-show' then 'NoShow'
           when step.from_status = 'Queued' then 'Queued'
           when step.from_status = 'DriverArrived' then 'AtPickup'
           else 'OnTheWay' end;
