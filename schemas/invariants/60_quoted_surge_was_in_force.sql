-- No quote was surged where its rule did not allow it, beyond the rule's bounds, or beyond what the round it names had worked out for its cell.
-- Quotes of the last thirty days: older rounds may be forgotten.
with quoted as (
    select quote_id, city_id, vehicle_class, (inputs #>> '{surge,multiplierBasisPoints}')::int as multiplier, (inputs #>> '{surge,cell,line}')::int as line,
           (inputs #>> '{surge,cell,place}')::int as place, (inputs #>> '{surge,round}')::bigint as round, (inputs #>> '{surge,ruleVersion}')::int as rule_version
    from   billing.quotes
    where  inputs ? 'surge' and created_at > now() - interval '30 days'
)
select quoted.*, rule.is_on, rule.least_basis_points, rule.most_basis_points, change.multiplier_basis_points
from   quoted
left   join billing.surge_rules rule on (rule.city_id, rule.vehicle_class, rule.version) = (quoted.city_id, quoted.vehicle_class, quoted.rule_version)
left   join lateral (
       select   multiplier_basis_points
       from     billing.surge_changes change
       where    (change.city_id, change.vehicle_class, change.line, change.place) = (quoted.city_id, quoted.vehicle_class, quoted.line, quoted.place)
         and    change.round <= quoted.round
       order by change.round desc
       limit    1) change on true
where  rule.is_on is not true
   or  quoted.multiplier < rule.least_basis_points
   or  quoted.multiplier > least(rule.most_basis_points, greatest(rule.least_basis_points, coalesce(change.multiplier_basis_points, 10000)));
