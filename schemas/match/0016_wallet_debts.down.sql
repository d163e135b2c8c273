drop table match.wallet_debts;
