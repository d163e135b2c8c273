drop trigger attempts_moved on payment.attempts;
drop trigger top_ups_moved on payment.top_ups;
drop trigger refunds_moved on payment.refunds;
drop trigger payouts_moved on payment.payouts;
drop trigger disputes_received on payment.disputes;
drop trigger disputes_reversed on payment.disputes;
drop table payment.differences, payment.settlements, payment.settlement_lines, payment.reconciliations, payment.movements;
drop function payment.note_movement();
