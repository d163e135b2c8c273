drop table payment.tips;
drop function payment.note_tip();
