drop table users.sos_texts;
drop table users.emergency_contacts;
