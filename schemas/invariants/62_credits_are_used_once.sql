-- What we owe a passenger is what their credits have left; a credit lacks what fares have used of it and what expired; a fare says what was set off against it; and what a ride
-- moved on its passenger's credit is what was used for it less what arose from it.
select coalesce(account.party_id, credit.passenger_id) as passenger_id, null::uuid as credit_id, null::uuid as ride_id,
       coalesce(account.minor_units, 0) as ledger_minor_units, coalesce(credit.minor_units, 0) as noted_minor_units
from   (select party_id, currency, -sum(balance_minor_units) as minor_units from billing.ledger_accounts where kind = 'PassengerCredit' group by 1, 2) account
full   join (select passenger_id, currency, sum(left_minor_units) as minor_units from billing.passenger_credits group by 1, 2) credit
       on (credit.passenger_id, credit.currency) = (account.party_id, account.currency)
where  coalesce(account.minor_units, 0) <> coalesce(credit.minor_units, 0)
union all
select credit.passenger_id, credit.credit_id, credit.ride_id, credit.amount_minor_units - credit.left_minor_units - credit.expired_minor_units, used.minor_units
from   billing.passenger_credits credit
cross  join lateral (select coalesce(sum(amount_minor_units), 0) as minor_units from billing.credit_uses where credit_id = credit.credit_id) as used
where  credit.amount_minor_units - credit.left_minor_units - credit.expired_minor_units <> used.minor_units
union all
select fare.passenger_id, null, fare.ride_id, fare.credited_minor_units, used.minor_units
from   billing.fares fare
cross  join lateral (select coalesce(sum(amount_minor_units), 0) as minor_units from billing.credit_uses where ride_id = fare.ride_id) as used
where  fare.credited_minor_units <> used.minor_units
union all
select   fare.passenger_id, null, fare.ride_id, coalesce(sum(entry.amount_minor_units), 0), fare.credited_minor_units - arisen.minor_units
from     billing.fares fare
cross    join lateral (select coalesce(sum(amount_minor_units), 0) as minor_units from billing.passenger_credits where ride_id = fare.ride_id) as arisen
left     join billing.ledger_transfers transfer on transfer.ride_id = fare.ride_id
left     join billing.ledger_entries entry on entry.transfer_id = transfer.transfer_id
     and entry.account_id in (select account_id from billing.ledger_accounts where kind = 'PassengerCredit' and party_id = fare.passenger_id)
group by fare.passenger_id, fare.ride_id, fare.credited_minor_units, arisen.minor_units
having   coalesce(sum(entry.amount_minor_units), 0) <> fare.credited_minor_units - arisen.minor_units;
