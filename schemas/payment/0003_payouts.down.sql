drop table payment.payouts;
drop table payment.bank_accounts;
