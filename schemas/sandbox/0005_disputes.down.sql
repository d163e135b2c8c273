drop table sandbox.disputes;
alter table sandbox.charges
    drop constraint charges_refunds_within_charge,
    add constraint charges_refunds_within_charge check (
        refunded_minor_units between 0 and amount_minor_units and (refunded_minor_units = 0 or status = 'Succeeded'));
drop index sandbox.charges_to_dispute;
alter table sandbox.charges drop column disputed_minor_units, drop column disputes_at;
