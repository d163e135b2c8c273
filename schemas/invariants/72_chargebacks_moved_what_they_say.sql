-- Every dispute, of whichever provider, is one movement out of what it holds for us, with its fee; and one back, exactly when it was won, with what came back
-- of the fee. No movement is of a dispute that is not there.
select coalesce(said.type, moved.type) as type, coalesce(said.key, moved.key) as key, said.minor_units as said_minor_units,
       moved.minor_units as moved_minor_units
from   (select 'chargeback' as type, provider, provider_dispute_id as key, -(amount_minor_units + fee_minor_units) as minor_units, currency
        from   payment.disputes
        union all
        select 'chargeback-reversal', provider, provider_dispute_id, amount_minor_units + fee_back_minor_units, currency
        from   payment.disputes
        where  status = 'Won') as said
full   join (select type, provider, key, amount_minor_units - fee_minor_units as minor_units, currency
             from   payment.movements
             where  type in ('chargeback', 'chargeback-reversal')) as moved
       on (moved.type, moved.provider, moved.key) = (said.type, said.provider, said.key)
where  (said.minor_units, said.currency) is distinct from (moved.minor_units, moved.currency);
