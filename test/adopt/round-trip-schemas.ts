import fc from 'fast-check'
import type { DialectName } from '../../src/schema/object.ts'

/** The definitions from which a schema is drawn: columns and clauses of a table, and statements about two tables. */
interface Definitions {
  /** Columns without their names. */
  readonly columns: readonly string[]
  /** Clauses of a table that has the columns `id`, `n`, `s`, `d` and `r`. `$` is the number of the table. */
  readonly clauses: readonly string[]
  /** Statements about such a table. */
  readonly statements: readonly string[]
}

const POSTGRES: Definitions = {
  columns: [
    'smallint DEFAULT -1',
    'bigint GENERATED ALWAYS AS IDENTITY (START 7 INCREMENT 3)',
    'serial',
    'numeric(12, 3) DEFAULT 1.50 NOT NULL',
    "varchar(30) DEFAULT 'it''s \\ \"x\"'",
    'text COLLATE "C" NOT NULL DEFAULT \'\'',
    "char(3)[] DEFAULT '{a,b}'",
    "timestamptz(3) DEFAULT now() + interval '1 day'",
    "interval day to second DEFAULT '3 days'",
    "mood DEFAULT 'a b'",
    'positive DEFAULT 3',
    'jsonb DEFAULT \'{"a": [1, null]}\'',
    'numeric GENERATED ALWAYS AS (n * 2 + 1) STORED',
    "text GENERATED ALWAYS AS (lower(s) || '-' || n::text) STORED",
    "bit varying(8) DEFAULT B'101'",
    "bytea DEFAULT '\\xdeadbeef'",
    "int4range DEFAULT '[1,5)'",
    'uuid DEFAULT gen_random_uuid()',
    "date DEFAULT '2026-02-03'",
  ],
  clauses: [
    'UNIQUE (n, s)',
    'CONSTRAINT "Named $" UNIQUE NULLS NOT DISTINCT (s)',
    "CHECK (n > 0 AND (s <> 'x' OR d IS NULL))",
    "CONSTRAINT c$ CHECK (s ~ '^[a-z]+$' ) NO INHERIT",
    'EXCLUDE USING gist (int4range(n, n + 1) WITH &&)',
    'UNIQUE (d) DEFERRABLE INITIALLY DEFERRED',
  ],
  statements: [
    'CREATE INDEX ON t$ (lower(s) DESC NULLS LAST, n)',
    'CREATE UNIQUE INDEX "odd name $" ON t$ (s text_pattern_ops) INCLUDE (n) WHERE d > \'2020-01-01\' AND n IS NOT NULL',
    'CREATE INDEX ON t$ USING brin (d) WITH (pages_per_range = 16)',
    "COMMENT ON TABLE t$ IS 'it''s \\ a table'",
    "COMMENT ON COLUMN t$.s IS 'line\nbreak'",
    'CREATE VIEW v$ AS SELECT n, upper(s) AS "Upper" FROM t$ WHERE n > 1 WITH LOCAL CHECK OPTION',
    'CREATE MATERIALIZED VIEW m$ AS SELECT s, count(*) AS many FROM t$ GROUP BY s',
    'CREATE FUNCTION f$() RETURNS trigger LANGUAGE plpgsql AS $b$ BEGIN NEW.n := 1; RETURN NEW; END $b$; CREATE TRIGGER "Tr" BEFORE UPDATE OF n, s ON t$ FOR EACH ROW WHEN (OLD.n IS DISTINCT FROM NEW.n) EXECUTE FUNCTION f$()',
    'ALTER TABLE t$ ADD CONSTRAINT fk$ FOREIGN KEY (r) REFERENCES t1 (id) ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE NOT VALID',
    'ALTER TABLE t$ ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON t$ FOR UPDATE USING (n > 1) WITH CHECK (n < 9)',
    "CREATE TABLE p$ (d date NOT NULL, n int DEFAULT 2, PRIMARY KEY (d, n)) PARTITION BY RANGE (d); CREATE TABLE p$_a PARTITION OF p$ FOR VALUES FROM ('2026-01-01') TO ('2027-01-01'); CREATE TABLE p$_z PARTITION OF p$ DEFAULT; CREATE INDEX ON p$ (n)",
    'CREATE SEQUENCE q$ AS smallint INCREMENT -2 MAXVALUE 100 MINVALUE -5 CYCLE',
    'ALTER TABLE t$ ALTER s SET STORAGE EXTERNAL; ALTER TABLE t$ REPLICA IDENTITY FULL',
    'CREATE STATISTICS st$ ON n, s FROM t$',
    'CREATE TABLE k$ (id int4range, "During" daterange, PRIMARY KEY (id, "During" WITHOUT OVERLAPS)); CREATE TABLE l$ (id int4range, during daterange, CONSTRAINT "one$" UNIQUE (id, during WITHOUT OVERLAPS) DEFERRABLE, FOREIGN KEY (id, PERIOD during) REFERENCES k$ (id, PERIOD "During"))',
  ],
}

const MYSQL: Definitions = {
  columns: [
    'smallint unsigned DEFAULT 7',
    'decimal(12,3) NOT NULL DEFAULT 1.500',
    "varchar(30) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'it''s \\\\ \"x\"'",
    "enum('a','it''s','b c') NOT NULL DEFAULT 'it''s'",
    "set('x','y')",
    'timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)',
    "datetime DEFAULT '2026-01-02 03:04:05'",
    'int GENERATED ALWAYS AS (n * 2 + 1) STORED',
    "varchar(50) GENERATED ALWAYS AS (concat(lower(s), '-', n)) VIRTUAL",
    "bit(4) DEFAULT b'101'",
    'binary(4)',
    'json',
    "text COMMENT 'it''s \\\\ a note'",
    'double DEFAULT 1.5',
    'year',
    'mediumblob',
    'varchar(10) DEFAULT (concat(1, 2))',
    'point',
  ],
  clauses: [
    'UNIQUE KEY (n, s)',
    'UNIQUE KEY `Named $` (s(10))',
    "CHECK (n > 0 AND (s <> 'x' OR d IS NULL))",
    "CONSTRAINT c$ CHECK (s like 'a%')",
    'KEY (d DESC, n)',
    'FULLTEXT KEY words$ (s)',
  ],
  statements: [
    "ALTER TABLE t$ COMMENT 'it''s \\\\ a table'",
    'CREATE VIEW v$ AS SELECT n, upper(s) AS `Upper` FROM t$ WHERE n > 1 WITH LOCAL CHECK OPTION',
    'CREATE TRIGGER tr$ BEFORE UPDATE ON t$ FOR EACH ROW BEGIN SET NEW.n = 1; SET NEW.s = "x"; END',
    'ALTER TABLE t$ ADD CONSTRAINT fk$ FOREIGN KEY (r) REFERENCES t1 (id) ON DELETE SET NULL ON UPDATE CASCADE',
    'CREATE TABLE p$ (d date NOT NULL, n int DEFAULT 2 NOT NULL, PRIMARY KEY (d, n)) PARTITION BY RANGE (year(d)) (PARTITION a VALUES LESS THAN (2027), PARTITION z VALUES LESS THAN MAXVALUE)',
    'CREATE TABLE h$ (n int NOT NULL PRIMARY KEY) PARTITION BY HASH (n) PARTITIONS 3',
    "CREATE FUNCTION f$(a int) RETURNS varchar(20) DETERMINISTIC RETURN concat(a, 'it''s')",
    'CREATE PROCEDURE pr$(IN a int, OUT b int) SET b = a + 1',
    'CREATE TABLE ai$ (a int NOT NULL, k bigint NOT NULL AUTO_INCREMENT, PRIMARY KEY (a), KEY (k)) DEFAULT CHARSET=latin1',
  ],
}

/** The definitions that only one of the two servers has. */
const ONLY: Readonly<Record<'mysql' | 'mariadb', Partial<Definitions>>> = {
  mysql: {
    statements: ['CREATE INDEX ex$ ON t$ ((lower(s)), n)', 'CREATE INDEX inv$ ON t$ (s, d) INVISIBLE'],
    columns: ['int INVISIBLE', 'geometry NOT NULL SRID 4326'],
  },
  mariadb: {
    statements: ['CREATE SEQUENCE q$ START 5 INCREMENT -2 MINVALUE -9 MAXVALUE 9 CYCLE', 'CREATE INDEX ig$ ON t$ (s, d) IGNORED'],
    columns: ['int INVISIBLE DEFAULT 4', 'uuid', 'inet6', 'varchar(40) COMPRESSED'],
  },
}

const SETUP: readonly string[] = ["CREATE TYPE mood AS ENUM ('a b', 'it''s')", 'CREATE DOMAIN positive AS int DEFAULT 5 CHECK (VALUE > 0)']

function definitionsOf(dialect: DialectName): Definitions {
  if (dialect === 'postgres') return POSTGRES
  const { columns = [], statements = [] } = ONLY[dialect]
  return { columns: [...MYSQL.columns, ...columns], clauses: MYSQL.clauses, statements: [...MYSQL.statements, ...statements] }
}

/** Draws the statements that make a schema of three tables. */
export function anyStatements(dialect: DialectName): fc.Arbitrary<readonly string[]> {
  const { columns, clauses, statements } = definitionsOf(dialect)
  const key = dialect === 'postgres' ? 'id int PRIMARY KEY' : 'id int NOT NULL AUTO_INCREMENT PRIMARY KEY'
  const table = fc.record({
    columns: fc.subarray([...columns]),
    clauses: fc.subarray([...clauses]),
    statements: fc.subarray([...statements]),
  })
  return fc.tuple(table, table, table).map((drawn) => {
    const made = drawn.map((one, index) => {
      const own = one.columns.map((definition, at) => `${at % 3 === 0 ? 'c' : 'col_'}${at} ${definition}`)
      return `CREATE TABLE t${index + 1} (${[key, 'n int', 's varchar(40)', 'd date', 'r int', ...own, ...one.clauses].join(', ')})`.replaceAll(
        '$',
        `${index + 1}`,
      )
    })
    const more = drawn.flatMap((one, index) => one.statements.map((text) => text.replaceAll(/\$(?!b\$)(?<!\$b\$)/g, `${index + 1}`)))
    return [...(dialect === 'postgres' ? SETUP : []), ...made, ...more]
  })
}
