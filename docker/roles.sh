#!/bin/sh
# The two roles of the database, made when its volume is new (docs/adr/0003). The passwords stay out of the process list.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv owner_password DATABASE_OWNER_PASSWORD
\getenv web_password DATABASE_WEB_PASSWORD
CREATE ROLE trinvis_owner LOGIN CREATEDB CREATEROLE PASSWORD :'owner_password';
CREATE ROLE trinvis_web LOGIN PASSWORD :'web_password';
GRANT trinvis_web TO trinvis_owner WITH INHERIT FALSE, SET TRUE;
CREATE DATABASE trinvis OWNER trinvis_owner;
\connect trinvis
ALTER SCHEMA public OWNER TO trinvis_owner;
SQL
