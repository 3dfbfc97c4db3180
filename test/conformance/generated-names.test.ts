import { expect } from 'chai'
import { loadDialect } from '../../src/dialects/open.ts'
import { isNamePossiblyGenerated } from '../../src/schema/generated-name.ts'
import { findSchemaMismatches } from '../../src/schema/mismatch.ts'
import { formatObjectName, type SchemaObject } from '../../src/schema/object.ts'
import { objectsOfState, type SchemaState } from '../../src/schema/state.ts'
import { rejected } from '../support/caught.ts'
import { dialectOfServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onEveryServer, type ServerName } from '../support/servers.ts'

const LONG = 'a_name_that_leaves_no_more_than_a_little_room'
const WIDE = 'größe_für_übermäßig_lange_öffnungszeiten_ä'
// One column of each is long, so that the name is shortened on PostgreSQL.
const TABLES: readonly (readonly [table: string, one: string, other: string])[] = [
  ['t', 'a', 'b'],
  ['t_a', 'b_key', 'c'],
  [LONG, 'a', 'b_of_some_length_too'],
  ['u', LONG, `${LONG}2`],
  [WIDE, 'ö', WIDE],
]

/** Constraints and indexes whose names are left to the server, some of them twice. */
function unnamed(server: ServerName): readonly string[] {
  const q = (name: string) => (dialectOfServer(server) === 'postgres' ? `"${name}"` : `\`${name}\``)
  return TABLES.flatMap(([table, one, other]) => [
    `CREATE TABLE ${q(table)} (id int PRIMARY KEY, ${q(one)} int CHECK (${q(one)} > 0), ${q(other)} int)`,
    `ALTER TABLE ${q(table)} ADD UNIQUE (${q(one)})`,
    `ALTER TABLE ${q(table)} ADD UNIQUE (${q(one)}, ${q(other)})`,
    `ALTER TABLE ${q(table)} ADD UNIQUE (${q(one)}, ${q(other)})`,
    `ALTER TABLE ${q(table)} ADD CHECK (${q(one)} < 100)`,
    `ALTER TABLE ${q(table)} ADD CHECK (${q(one)} < ${q(other)})`,
    `ALTER TABLE ${q(table)} ADD FOREIGN KEY (${q(other)}) REFERENCES ${q(table)} (id)`,
    `ALTER TABLE ${q(table)} ADD FOREIGN KEY (${q(other)}) REFERENCES ${q(table)} (id)`,
    ...(dialectOfServer(server) === 'postgres'
      ? [`CREATE INDEX ON ${q(table)} (${q(one)}, ${q(other)})`, `CREATE INDEX ON ${q(table)} (${q(one)}, ${q(other)} DESC)`]
      : [`ALTER TABLE ${q(table)} ADD INDEX (${q(one)}, ${q(other)})`, `ALTER TABLE ${q(table)} ADD INDEX (${q(one)} DESC)`]),
  ])
}

/** Names of the author's own, each of which ends or begins as one that some server makes up. */
const NAMED: readonly string[] = [
  'CREATE TABLE t (id int, a int NOT NULL, b int, ab int, CONSTRAINT my_pkey PRIMARY KEY (id))',
  'ALTER TABLE t ADD CONSTRAINT t_pair_key UNIQUE (a, b)',
  'ALTER TABLE t ADD CONSTRAINT a_key UNIQUE (a)',
  'ALTER TABLE t ADD CONSTRAINT b_2 UNIQUE (a, b, ab)',
  'ALTER TABLE t ADD CONSTRAINT t_positive_check CHECK (a > 0)',
  'ALTER TABLE t ADD CONSTRAINT t_check_2 CHECK (a < b)',
  'ALTER TABLE t ADD CONSTRAINT my_ibfk_1 FOREIGN KEY (b) REFERENCES t (id)',
  'ALTER TABLE t ADD CONSTRAINT t_ab_fkey FOREIGN KEY (b) REFERENCES t (id)',
  'CREATE INDEX t_of_a_idx ON t (a)',
  'CREATE INDEX a_1 ON t (a)',
]

const RULES: ReadonlySet<SchemaObject['kind']> = new Set<SchemaObject['kind']>(['primary-key', 'unique', 'check', 'foreign-key', 'index'])

describe('names that a server makes up', () => {
  after(removeProjects)

  onEveryServer((server, database) => {
    const dialectName = dialectOfServer(server)

    async function stateAfter(...statements: readonly string[]): Promise<SchemaState> {
      const url = await database()
      await execute(url, ...statements)
      const dialect = await loadDialect(dialectName)
      const session = await dialect.open({ url, purpose: 'interphase test' })
      try {
        return (await dialect.catalog.read(session, 'whole')).state
      } finally {
        await session.close()
      }
    }
    const rules = (state: SchemaState) => [...objectsOfState(state)].filter(({ kind }) => RULES.has(kind))

    it('are distinguished from those that an author chose', async () => {
      const generated = rules(await stateAfter(...unnamed(server)))
      expect(generated.length).to.be.greaterThan(40)
      // MariaDB names a check inside a column after the column: there is no other name that it could have.
      const known = generated.filter((one) => !(server === 'mariadb' && one.kind === 'check' && !one.name.startsWith('CONSTRAINT_')))
      expect(known.filter((one) => !isNamePossiblyGenerated(one, dialectName)).map(formatObjectName)).to.deep.equal([])
      const chosen = rules(await stateAfter(...NAMED)).filter(({ name }) => name !== 'PRIMARY')
      expect(chosen.filter((one) => isNamePossiblyGenerated(one, dialectName)).map(formatObjectName)).to.deep.equal([])
    })

    it('count for nothing in a database that was adopted, and names that an author chose do', async () => {
      const leniency = {
        dialect: dialectName,
        collations: new Set<string>(),
        exempt: new Set<string>(),
        compareTexts: true,
        partitions: 'compare' as const,
        compareGeneratedNames: false,
      }
      const made = 'CREATE TABLE t (id int PRIMARY KEY, a int, b int)'
      const expected = await stateAfter(made, 'ALTER TABLE t ADD CONSTRAINT t_pair_key UNIQUE (a, b)')
      const chosen = await stateAfter(made, 'ALTER TABLE t ADD CONSTRAINT own_key UNIQUE (a, b)')
      expect(findSchemaMismatches(expected, chosen, leniency).length).to.equal(2)
      const first = await stateAfter(made, 'ALTER TABLE t ADD UNIQUE (a, b)')
      const second = await stateAfter(made, 'ALTER TABLE t ADD UNIQUE (a, b)', 'ALTER TABLE t ADD UNIQUE (a, b)')
      const old = dialectName === 'postgres' ? 'ALTER TABLE t DROP CONSTRAINT t_a_b_key' : 'ALTER TABLE t DROP INDEX a'
      const renumbered = await stateAfter(made, 'ALTER TABLE t ADD UNIQUE (a, b)', 'ALTER TABLE t ADD UNIQUE (a, b)', old)
      expect(findSchemaMismatches(first, renumbered, leniency)).to.deep.equal([])
      expect(findSchemaMismatches(first, second, leniency).length).to.equal(1)
    })

    it('are not adopted under another name if an author chose them, and a later release can name them', async () => {
      const isPostgres = dialectName === 'postgres'
      const chain = await recordedOn(server, {
        'r1/010-seat.expand.sql':
          'CREATE TABLE seat (id int PRIMARY KEY, line int, place int, CONSTRAINT seat_place_key UNIQUE (line, place));',
        'r2/010-seat.contract.sql': `ALTER TABLE seat DROP ${isPostgres ? 'CONSTRAINT' : 'INDEX'} seat_place_key;`,
      })
      const live = 'CREATE TABLE seat (id int PRIMARY KEY, line int, place int, CONSTRAINT NAME UNIQUE (line, place))'
      const engine = await chain.open()
      await chain.sql(live.replace('NAME', 'house_rule'))
      const { facts } = await rejected(engine.adopt(), 'adopt.no-match')
      expect(JSON.stringify(facts.nearest)).to.include('seat_place_key').and.include('house_rule')
      await chain.sql('DROP TABLE seat', live.replace('NAME', 'seat_place_key'))
      expect((await engine.adopt()).release).to.equal('r1')
      await chain.up()
      expect((await chain.status()).exitCode).to.equal(0)
    })
  })
})
