import { expect } from 'chai'
import { chainOverFirst, type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const POSTGRES = ['postgres', 'postgres-system'] as const
const MYSQL = ['mariadb', 'mysql'] as const
const ALL = [...POSTGRES, ...MYSQL] as const

const BASE: Files = {
  'r1/010-base.expand.sql': `
CREATE TABLE part (id int NOT NULL PRIMARY KEY);
CREATE TABLE item (id int NOT NULL PRIMARY KEY, a int NOT NULL, b int NOT NULL, c int, d int NOT NULL, part_id int, up int,
  CONSTRAINT item_ab UNIQUE (a, b), CONSTRAINT item_c_known CHECK (c > 0),
  CONSTRAINT item_part_fk FOREIGN KEY (part_id) REFERENCES part (id), CONSTRAINT item_up_fk FOREIGN KEY (up) REFERENCES item (id));
CREATE INDEX item_d ON item (d, c);
CREATE TABLE line (id int NOT NULL PRIMARY KEY, item_id int, part_id int, FOREIGN KEY (item_id) REFERENCES item (id), FOREIGN KEY (part_id) REFERENCES part (id));`,
  'r1/020-view.expand.postgres.sql': `
CREATE VIEW seen AS SELECT id, d, c FROM item WHERE c > 1;
ALTER TABLE item ADD COLUMN twice int GENERATED ALWAYS AS (d * 2) STORED;
CREATE INDEX item_part ON item (d) WHERE c IS NOT NULL;
CREATE FUNCTION noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER item_t BEFORE UPDATE OF d ON item FOR EACH ROW EXECUTE FUNCTION noop();
ALTER TABLE item ADD COLUMN e int;
ALTER TABLE item ADD CONSTRAINT item_e CHECK (e IS NOT NULL);`,
  'r1/020-view.expand.mysql.sql': 'CREATE INDEX item_part ON item (d);',
}

/** What expand refuses of a statement: the effect and the object. */
const REFUSED: readonly (readonly [on: readonly ServerName[], what: string, statement: string, refused: readonly string[]])[] = [
  [ALL, 'a renamed table with foreign keys from and to it', 'ALTER TABLE item RENAME TO thing;', ['removes table item']],
  [ALL, 'a renamed table whose foreign keys have no names', 'ALTER TABLE line RENAME TO row_of;', ['removes table line']],
  [ALL, 'a renamed table that others refer to', 'ALTER TABLE part RENAME TO piece;', ['removes table part']],
  [ALL, 'a renamed column with an index, a view and a trigger', 'ALTER TABLE item RENAME COLUMN d TO cost;', ['removes column item.d']],
  [POSTGRES, 'a renamed column with a check', 'ALTER TABLE item RENAME COLUMN c TO colour;', ['removes column item.c']],
  [ALL, 'a renamed column with a foreign key', 'ALTER TABLE item RENAME COLUMN part_id TO piece_id;', ['removes column item.part_id']],
  [ALL, 'a renamed column of a unique rule', 'ALTER TABLE item RENAME COLUMN a TO aa;', ['removes column item.a']],
  [ALL, 'a renamed column that others refer to', 'ALTER TABLE part RENAME COLUMN id TO number;', ['removes column part.id']],
  [ALL, 'a unique rule over more columns than another', 'ALTER TABLE item ADD CONSTRAINT item_abc UNIQUE (a, b, c);', []],
  [ALL, 'a unique index over the columns of the primary key and more', 'CREATE UNIQUE INDEX item_idc ON item (c, id);', []],
  [
    ALL,
    'a unique rule over fewer columns',
    'ALTER TABLE item ADD CONSTRAINT item_a UNIQUE (a);',
    ['tightens unique constraint item_a on item'],
  ],
  [ALL, 'a check that says what another says', 'ALTER TABLE item ADD CONSTRAINT item_again CHECK (c > 0);', []],
  [ALL, 'a check that says what NOT NULL says', 'ALTER TABLE item ADD CONSTRAINT item_again CHECK (d IS NOT NULL);', []],
  [ALL, 'a foreign key beside an equal one', 'ALTER TABLE item ADD CONSTRAINT item_again FOREIGN KEY (part_id) REFERENCES part (id);', []],
  [POSTGRES, 'NOT NULL that a check proves', 'ALTER TABLE item ALTER COLUMN e SET NOT NULL;', ['proves column item.e']],
  [POSTGRES, 'a renamed check', 'ALTER TABLE item RENAME CONSTRAINT item_c_known TO item_c_kept;', []],
  [ALL, 'a check replaced by an equal one', 'ALTER TABLE item DROP CONSTRAINT item_c_known, ADD CONSTRAINT item_c_kept CHECK (c > 0);', []],
  [
    ALL,
    'a unique rule replaced by an equal one',
    'ALTER TABLE item ADD CONSTRAINT item_ab_new UNIQUE (a, b); ALTER TABLE item DROP CONSTRAINT item_ab;',
    ['removes unique constraint item_ab on item'],
  ],
]

/** What acts by itself or opaquely, and nobody was there to notice. */
const NEW_IN_AN_EMPTY_DATABASE: readonly string[] = [
  'CREATE FUNCTION same(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 = $2 $$;',
  'CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = same);',
  'CREATE TYPE pair AS (a int, b int);',
  'CREATE FUNCTION pair_of(text) RETURNS pair LANGUAGE sql IMMUTABLE AS $$ SELECT ROW(1, 2)::pair $$;',
  'CREATE CAST (text AS pair) WITH FUNCTION pair_of(text) AS ASSIGNMENT;',
  'CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int, INITCOND = 0);',
  'CREATE COLLATION odd FROM "C";',
  'CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple);',
  'CREATE TEXT SEARCH CONFIGURATION search (COPY = simple);',
  'CREATE TABLE t (id int PRIMARY KEY, a int, b int);',
  'CREATE STATISTICS t_ab ON a, b FROM t;',
  'CREATE PUBLICATION everything FOR TABLE t;',
  'CREATE RULE quiet AS ON DELETE TO t DO INSTEAD NOTHING;',
  'CREATE OPERATOR CLASS odd_ops FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 3 =, FUNCTION 1 btint4cmp(int, int);',
]

async function refusedOf(server: ServerName, files: Files): Promise<readonly string[]> {
  const chain = await chainOverFirst(server, files)
  await chain.record()
  const { findings } = await (await chain.open()).check()
  return findings.flatMap((one) => (one.code === 'policy.refuses' ? [`${String(one.facts['effect'])} ${one.object ?? ''}`] : [])).sort()
}

describe('judgements', () => {
  after(removeProjects)

  onServers(ALL, (server) => {
    for (const [on, what, statement, refused] of REFUSED) {
      if (!on.some((name) => name === server)) continue
      it(`of ${what}: ${refused.join(', ') || 'nothing is refused in expand'}`, async () => {
        expect(await refusedOf(server, { ...BASE, 'r2/010-it.expand.sql': statement })).to.deep.equal(refused)
      })
    }
  })

  onServers([...POSTGRES], (server) => {
    it('find nothing opaque in what is new in an empty database, and judge it once the database is used', async () => {
      const files = { 'r1/010-base.expand.sql': NEW_IN_AN_EMPTY_DATABASE.join('\n') }
      expect(await refusedOf(server, files)).to.deep.equal([])
      const chain = await recordedOn(server, files)
      await chain.up({ confirmed: false })
      expect((await chain.status()).exitCode).to.equal(0)
      const used = { ...files, 'r2/010-it.expand.sql': 'CREATE OPERATOR ==== (LEFTARG = text, RIGHTARG = text, FUNCTION = same);' }
      expect((await refusedOf(server, used)).map((one) => one.split(' ')[0])).to.deep.equal(['opaque'])
    })
  })
})
