alter table location.rides drop column smoother;
