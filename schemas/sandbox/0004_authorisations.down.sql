drop index sandbox.charges_one_per_authorisation;
alter table sandbox.charges drop column authorisation_id;
drop table sandbox.authorisations;
