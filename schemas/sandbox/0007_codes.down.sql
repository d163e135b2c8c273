drop table sandbox.scans;
alter table sandbox.charges drop column code_key;
drop table sandbox.codes;
