CREATE SCHEMA "Sales";
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'Happy');
CREATE TYPE "Sales".money_at AS (amount numeric(10, 2), at timestamptz);
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%') NOT NULL;
CREATE SEQUENCE ticket START 100 INCREMENT 5;
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  NEW.touched := now(); -- a ; in a body
  RETURN NEW;
END
$fn$;
CREATE FUNCTION "Sales".total(a int, b int DEFAULT 2) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
CREATE TABLE person (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  mail email UNIQUE,
  feeling mood DEFAULT 'Happy',
  status varchar(20) NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'retired')),
  full_name text GENERATED ALWAYS AS (lower(status || ' x')) STORED,
  tags text[] DEFAULT '{}',
  data jsonb DEFAULT '{"a": [1, 2]}',
  touched timestamptz,
  raw bytea
);
COMMENT ON TABLE person IS 'people; with a semicolon and a ''quote''';
COMMENT ON COLUMN person.mail IS E'two\nlines';
CREATE TABLE "Sales"."Order" (
  id serial PRIMARY KEY,
  person bigint NOT NULL REFERENCES person ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  no int DEFAULT nextval('ticket'),
  during tstzrange,
  "select" numeric(8, 2) CHECK ("select" > 0),
  paid "Sales".money_at,
  EXCLUDE USING gist (during WITH &&)
);
CREATE INDEX order_recent ON "Sales"."Order" (person, ("select" * 2)) WHERE no > 100;
CREATE UNIQUE INDEX person_lower ON person (lower(status), id) INCLUDE (feeling);
CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree, path text COLLATE "C");
CREATE TABLE event (id bigint NOT NULL, at date NOT NULL, what text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE event_2024 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE event_rest PARTITION OF event DEFAULT;
CREATE INDEX event_what ON event (what);
CREATE TABLE animal (id int, name text NOT NULL);
CREATE TABLE dog (breed text) INHERITS (animal);
CREATE VIEW grown AS SELECT id, mail, status FROM person WHERE status = ANY (ARRAY['active', 'retired']) WITH CASCADED CHECK OPTION;
CREATE VIEW grown_more AS SELECT g.*, (SELECT count(*) FROM "Sales"."Order" o WHERE o.person = g.id) AS orders FROM grown g;
CREATE MATERIALIZED VIEW sums AS SELECT person, sum("select") AS total FROM "Sales"."Order" GROUP BY person;
CREATE UNIQUE INDEX sums_person ON sums (person);
CREATE RULE no_delete AS ON DELETE TO tree DO INSTEAD NOTHING;
CREATE TRIGGER person_touched BEFORE UPDATE ON person FOR EACH ROW WHEN (OLD.mail IS DISTINCT FROM NEW.mail) EXECUTE FUNCTION touched();
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON person FOR SELECT USING (mail = current_setting('app.mail', true));
CREATE STATISTICS person_pair ON status, feeling FROM person;
GRANT SELECT ON person TO PUBLIC;
INSERT INTO person (mail, tags, raw) VALUES ('a@b', '{x,"y z"}', '\xdeadbeef'), (E'tab\there@\\b', NULL, NULL);
INSERT INTO "Sales"."Order" (person, during, "select", paid) VALUES (1, '[2024-01-01,2024-01-02)', 5.5, '(1.25,2024-01-01 00:00:00+00)'), (2, NULL, 7, NULL);
INSERT INTO tree VALUES (1, NULL, E'line\nbreak'), (2, 1, '\.'), (3, 2, '');
INSERT INTO event VALUES (1, '2024-05-05', 'may'), (2, '2030-01-01', NULL);
INSERT INTO animal VALUES (1, 'cat');
INSERT INTO dog VALUES (2, 'rex', 'collie');
REFRESH MATERIALIZED VIEW sums;
