drop table billing.fares, billing.rides, billing.quote_releases, billing.quotes;
