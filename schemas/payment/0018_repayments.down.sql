drop table payment.repayments;
