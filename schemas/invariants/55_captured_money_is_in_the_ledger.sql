-- What the provider captured, did not give back and was not taken back by a bank (with its fee) and what was not paid to our bank is, currency by currency, what the ledger says that it holds for us.
select   currency, sum(captured) as captured_minor_units, sum(cleared) as cleared_minor_units
from     (select charge.currency, charge.amount_minor_units as captured, 0 as cleared
          from   sandbox.charges charge
          where  charge.status = 'Succeeded'
          union all
          select charge.currency, -refund.amount_minor_units, 0
          from   sandbox.refunds refund
          join   sandbox.charges charge on charge.id = refund.charge_id
          where  refund.status = 'Succeeded'
          union all
          select charge.currency, -(dispute.amount_minor_units + dispute.fee_minor_units), 0
          from   sandbox.disputes dispute
          join   sandbox.charges charge on charge.id = dispute.charge_id
          where  dispute.status <> 'Won'
          union all
          select settlement.currency, -settlement.net_minor_units, 0
          from   payment.settlements settlement
          union all
          select account.currency, 0, entry.amount_minor_units
          from   billing.ledger_accounts account
          join   billing.ledger_entries entry on entry.account_id = account.account_id
          where  account.kind = 'ProviderClearing') books
group by currency
having   sum(captured) <> sum(cleared);
