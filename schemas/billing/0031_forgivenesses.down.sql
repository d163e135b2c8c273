drop table billing.forgivenesses;
