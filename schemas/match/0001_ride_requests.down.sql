drop table match.zone_leases;
drop table match.debts;
drop table match.payment_methods;
drop table match.drivers;
drop table match.busy_parties;
drop table match.offers;
drop table match.ride_requests;
select platform.drop_messaging_tables('match');
