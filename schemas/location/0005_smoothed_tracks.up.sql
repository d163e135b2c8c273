-- Positions of a running ride wait for later ones before they count; whoever takes the next position must know those that wait.

alter table location.rides add column smoother bytea;
comment on column location.rides.smoother is 'State of the filter while the track runs: positions that wait, and the way before them. Opaque; the first byte is its format.';
