import { expect } from 'chai'
import { loadDialect } from '../../src/dialects/open.ts'
import {
  type ComparisonRuleOfObjectProperty,
  PROPERTIES_OF_OBJECT_KINDS,
  type ServersThatReadObjectProperty,
} from '../../src/schema/counting.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { objectsOfState } from '../../src/schema/state.ts'
import { EVERYTHING as MYSQL, ONLY } from '../dialects/mysql/everything.ts'
import { dialectOfServer } from '../support/chain.ts'
import { execute, onServers } from '../support/servers.ts'

/** One of everything that a reader of PostgreSQL gives, in statements that every version takes. */
const POSTGRES: readonly string[] = [
  'CREATE SCHEMA attic',
  "COMMENT ON SCHEMA attic IS 'x'",
  'CREATE EXTENSION pg_trgm',
  "CREATE TYPE mood AS ENUM ('sad', 'ok')",
  'CREATE FUNCTION length(varchar) RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$',
  "COMMENT ON TYPE mood IS 'x'",
  'CREATE TYPE pair AS (a integer, b text)',
  "COMMENT ON TYPE pair IS 'x'",
  'CREATE FUNCTION fits(integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 > 0 $$',
  "COMMENT ON FUNCTION fits(integer) IS 'x'",
  'CREATE DOMAIN positive AS integer NOT NULL DEFAULT 1 CHECK (fits(VALUE))',
  "COMMENT ON DOMAIN positive IS 'x'",
  'CREATE FUNCTION moods() RETURNS mood LANGUAGE sql AS $$ SELECT NULL::mood $$',
  'CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
  'CREATE TABLE parent (id integer PRIMARY KEY, a integer NOT NULL, b integer NOT NULL, UNIQUE (a, b))',
  `CREATE TABLE child (id integer GENERATED ALWAYS AS IDENTITY, a integer DEFAULT 3, b integer, c text COLLATE "C", m mood, d positive,
    g integer GENERATED ALWAYS AS (a * 2) STORED, CONSTRAINT pk PRIMARY KEY (id) INCLUDE (b) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT uq UNIQUE (b) INCLUDE (c) DEFERRABLE, CONSTRAINT ck CHECK (fits(a)),
    CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES parent (a, b) MATCH FULL ON UPDATE CASCADE ON DELETE RESTRICT DEFERRABLE)`,
  'ALTER TABLE child ADD CONSTRAINT later CHECK (b > 0) NOT VALID, ADD CONSTRAINT fk_later FOREIGN KEY (b) REFERENCES parent NOT VALID',
  "COMMENT ON TABLE child IS 'x'",
  "COMMENT ON COLUMN child.a IS 'x'",
  "COMMENT ON CONSTRAINT pk ON child IS 'x'",
  "COMMENT ON CONSTRAINT uq ON child IS 'x'",
  "COMMENT ON CONSTRAINT ck ON child IS 'x'",
  "COMMENT ON CONSTRAINT fk ON child IS 'x'",
  'ALTER TABLE child SET UNLOGGED',
  'CREATE UNIQUE INDEX i ON child (a, (b + 1)) INCLUDE (c) WHERE fits(a)',
  "COMMENT ON INDEX i IS 'x'",
  'CREATE TRIGGER t BEFORE INSERT ON child FOR EACH ROW EXECUTE FUNCTION fired()',
  "COMMENT ON TRIGGER t ON child IS 'x'",
  'ALTER TABLE child DISABLE TRIGGER t',
  'CREATE POLICY p ON child USING (fits(a))',
  "COMMENT ON POLICY p ON child IS 'x'",
  'CREATE RULE r AS ON DELETE TO child DO ALSO DELETE FROM parent WHERE id = 0',
  'CREATE VIEW v WITH (security_barrier) AS SELECT a FROM child',
  "COMMENT ON VIEW v IS 'x'",
  'CREATE MATERIALIZED VIEW mv AS SELECT a FROM child WITH NO DATA',
  'CREATE SEQUENCE s AS smallint START 5 CYCLE CACHE 7 OWNED BY child.b',
  "COMMENT ON SEQUENCE s IS 'x'",
  'CREATE TABLE log (d date NOT NULL, n integer) PARTITION BY RANGE (d)',
  "CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') PARTITION BY LIST (n)",
  'CREATE TABLE log_1_1 PARTITION OF log_1 DEFAULT',
  "COMMENT ON TABLE log_1 IS 'x'",
  'ALTER TABLE log_1_1 REPLICA IDENTITY FULL',
  'CREATE INDEX half ON ONLY log (n)',
  'ALTER TABLE child ADD CONSTRAINT apart EXCLUDE USING btree (a WITH =) INCLUDE (b) WHERE (a > 0) DEFERRABLE',
  "COMMENT ON CONSTRAINT apart ON child IS 'x'",
  'ALTER TABLE ONLY log ADD CONSTRAINT half_pk PRIMARY KEY (d)',
  'ALTER TABLE ONLY log ADD CONSTRAINT half_uq UNIQUE (d, n)',
]
const SINCE_15: readonly string[] = [
  'ALTER TABLE child ADD CONSTRAINT uq_nulls UNIQUE NULLS NOT DISTINCT (a)',
  'CREATE UNIQUE INDEX i_nulls ON child (a) NULLS NOT DISTINCT',
  'CREATE UNLOGGED SEQUENCE s_unlogged',
]

const SINCE_18: readonly string[] = [
  'CREATE TABLE stay (room int4range, during daterange, PRIMARY KEY (room, during WITHOUT OVERLAPS))',
  'CREATE TABLE visit (room int4range, at daterange, FOREIGN KEY (room, PERIOD at) REFERENCES stay (room, PERIOD during))',
]
/** The properties that the objects of SINCE_18 have. */
const PROPERTIES_SINCE_18: readonly string[] = ['exclusion temporal', 'foreign-key period']

const MORE_OF_MYSQL: readonly string[] = [
  `CREATE TABLE keyed (id int NOT NULL, a varchar(9) NOT NULL, b int, PRIMARY KEY (id) COMMENT 'x', UNIQUE KEY u (a) COMMENT 'x', KEY k (b) COMMENT 'x')`,
  "CREATE TRIGGER told BEFORE INSERT ON keyed FOR EACH ROW BEGIN DECLARE word varchar(9) DEFAULT 'x'; SET NEW.a = word; END",
  "CREATE FUNCTION said() RETURNS varchar(9) DETERMINISTIC RETURN 'x'",
  "CREATE EVENT weekly ON SCHEDULE EVERY 7 DAY DISABLE DO BEGIN DECLARE word varchar(9) DEFAULT 'x'; DELETE FROM keyed WHERE a = word; END",
]
const MORE_OF: { readonly [D in DialectName]: readonly string[] } = {
  postgres: SINCE_15,
  mysql: [...MORE_OF_MYSQL, 'ALTER TABLE keyed ALTER INDEX u INVISIBLE'],
  mariadb: [
    ...MORE_OF_MYSQL,
    'ALTER TABLE keyed ALTER INDEX u IGNORED',
    'ALTER TABLE keyed MODIFY b int CHECK (b > 0)',
    'ALTER TABLE keyed ADD UNIQUE KEY h (b) USING HASH',
    'CREATE SEQUENCE round CYCLE',
  ],
}

function isGiven(on: ServersThatReadObjectProperty, dialect: DialectName): boolean {
  if (on === 'all') return true
  if (on === 'mysql family') return dialect !== 'postgres'
  if (on === 'postgres, mysql') return dialect !== 'mariadb'
  return on === 'postgres, mariadb' ? dialect !== 'mysql' : on === dialect
}

describe('the facts of docs/states.md', () => {
  onServers(['postgres', 'postgres-system', 'mariadb', 'mysql'], (server, fresh) => {
    it('are all that the reader gives, and it gives all of them', async () => {
      const name = dialectOfServer(server)
      const url = await fresh()
      await execute(
        url,
        ...(name === 'postgres' ? POSTGRES : [...MYSQL, ...ONLY[name]]),
        ...MORE_OF[name],
        ...(server === 'postgres' ? SINCE_18 : []),
      )
      const dialect = await loadDialect(name)
      const session = await dialect.open({ url, purpose: 'interphase test' })
      try {
        const { state } = await dialect.catalog.read(session, 'whole')
        const read = new Set([...objectsOfState(state)].flatMap((object) => Object.keys(object).map((fact) => `${object.kind} ${fact}`)))
        const given = Object.entries(PROPERTIES_OF_OBJECT_KINDS).flatMap(([kind, facts]) =>
          Object.entries(facts as Readonly<Record<string, ComparisonRuleOfObjectProperty>>).flatMap(([fact, { on }]) =>
            isGiven(on, name) ? [`${kind} ${fact}`] : [],
          ),
        )
        const unnamed = [...read].filter((one) => !/ (?:kind|name|table)$/.test(one))
        expect(
          unnamed.filter((one) => !given.includes(one)),
          'read, and not in the table',
        ).to.deep.equal([])
        expect(
          given.filter((one) => !read.has(one) && !(server === 'postgres-system' && PROPERTIES_SINCE_18.includes(one))),
          'in the table, and not read',
        ).to.deep.equal([])
      } finally {
        await session.close()
      }
    })
  })
})
