import { expect } from 'chai'
import { readReleasesWithStates } from '../../src/project/recorded.ts'
import { readReleaseChain } from '../../src/project/releases.ts'
import { describeObjectChange } from '../../src/schema/describe.ts'
import { type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const BASE = `CREATE TABLE {p} (id int PRIMARY KEY, n int);
CREATE TABLE {t} (id int PRIMARY KEY, a int, b int, c varchar(9), p int, KEY t_a (a), UNIQUE KEY t_b (b), CONSTRAINT {t}_p FOREIGN KEY (p) REFERENCES {p} (id),
  FOREIGN KEY (p) REFERENCES {p} (id));
CREATE TABLE {u} (id int PRIMARY KEY, x varchar(20), p int, FOREIGN KEY (p) REFERENCES {p} (id));
CREATE TABLE {same} (id int PRIMARY KEY, a int, b int);
CREATE TABLE {twin} (id int PRIMARY KEY, a int, b int);
`

/** Each statement with the names that it gives, and what it takes away and adds; what prints a new name is left out. */
const CASES: readonly (readonly [statement: string, renamed: readonly string[], goneAndCome: readonly string[]])[] = [
  ['ALTER TABLE {t} RENAME COLUMN a TO d', ['column {t}.a is now column {t}.d'], []],
  ['ALTER TABLE {t} RENAME COLUMN c TO `C d`', ['column {t}.c is now column {t}.C d'], []],
  ['ALTER TABLE {t} CHANGE a d int', ['column {t}.a is now column {t}.d'], []],
  ['ALTER TABLE {t} CHANGE COLUMN A d bigint AFTER b', ['column {t}.a is now column {t}.d'], []],
  ['ALTER TABLE {t} CHANGE a a bigint', [], []],
  [
    'ALTER TABLE {t} RENAME COLUMN a TO d, RENAME COLUMN b TO e, ADD COLUMN f int',
    ['column {t}.a is now column {t}.d', 'column {t}.b is now column {t}.e'],
    ['+ column {t}.f int'],
  ],
  [
    'ALTER TABLE {t} RENAME COLUMN a TO b, RENAME COLUMN b TO a',
    ['column {t}.a is now column {t}.b', 'column {t}.b is now column {t}.a'],
    [],
  ],
  [
    'ALTER TABLE {same} RENAME COLUMN a TO b, RENAME COLUMN b TO a',
    ['column {same}.a is now column {same}.b', 'column {same}.b is now column {same}.a'],
    [],
  ],
  ['ALTER TABLE {same} DROP COLUMN b, RENAME COLUMN a TO b', ['column {same}.a is now column {same}.b'], ['- column {same}.b']],
  ['ALTER TABLE {same} CHANGE a d int, ADD COLUMN a int', ['column {same}.a is now column {same}.d'], ['+ column {same}.a int']],
  ['ALTER TABLE {t} RENAME INDEX t_a TO t_aa', ['index t_a on {t} is now index t_aa on {t}'], []],
  ['ALTER TABLE {t} RENAME KEY t_b TO t_bb', ['unique constraint t_b on {t} is now unique constraint t_bb on {t}'], []],
  [
    'RENAME TABLE {u} TO {v}',
    [
      'column {u}.id is now column {v}.id',
      'column {u}.p is now column {v}.p',
      'column {u}.x is now column {v}.x',
      'foreign key {u}_ibfk_1 on {u} is now foreign key {v}_ibfk_1 on {v}',
      'primary key of {u} is now primary key of {v}',
      'table {u} is now table {v}',
    ],
    [],
  ],
  [
    'ALTER TABLE {same} ADD COLUMN f int FIRST, RENAME TO {v}',
    [
      'column {same}.a is now column {v}.a',
      'column {same}.b is now column {v}.b',
      'column {same}.id is now column {v}.id',
      'primary key of {same} is now primary key of {v}',
      'table {same} is now table {v}',
    ],
    ['+ column {v}.f int'],
  ],
  [
    'RENAME TABLE {same} TO {swap}, {twin} TO {same}, {swap} TO {twin}',
    ['same', 'twin'].flatMap((from) => {
      const to = from === 'same' ? 'twin' : 'same'
      return [
        ...['a', 'b', 'id'].map((column) => `column {${from}}.${column} is now column {${to}}.${column}`),
        `primary key of {${from}} is now primary key of {${to}}`,
        `table {${from}} is now table {${to}}`,
      ]
    }),
    [],
  ],
  ['ALTER TABLE {same} DROP COLUMN b, ADD COLUMN d int', [], ['- column {same}.b', '+ column {same}.d int']],
  ['ALTER TABLE {same} DROP COLUMN a;\nALTER TABLE {same} ADD COLUMN a2 int', [], ['- column {same}.a', '+ column {same}.a2 int']],
]

const DESPITE = ['adds', 'opaque', 'tightens', 'removes', 'writes-rows', 'scan', 'rewrite']
  .map((effect) => `-- interphase: despite ${effect} because it is tried here\n`)
  .join('')

/** Each case has tables of its own: `{t}` is `t3` in the third. */
function numbered(text: string, index: number): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, table: string) => `${table}${index}`)
}

/** The tables that a case names, and the one that they refer to. */
function baseOf([statement]: (typeof CASES)[number], index: number): string {
  const [parent = '', ...tables] = BASE.split(/(?<=;\n)/)
  const named = tables.filter((table) => statement.includes(/\{\w+\}/.exec(table)?.[0] ?? ''))
  return numbered([...(named.some((table) => table.includes('{p}')) ? [parent] : []), ...named].join(''), index)
}

/** A release in which each of these cases is a contract. */
function releaseOf(release: string, cases: typeof CASES): Files {
  const files = cases.map((one): [string, string] => {
    const index = CASES.indexOf(one)
    return [`${release}/${100 + index}-case.contract.sql`, `${DESPITE}${numbered(one[0], index)};`]
  })
  return Object.fromEntries(files)
}

const KEEPING = CASES.filter(([, , goneAndCome]) => !goneAndCome.some((line) => line.startsWith('-')))
const TAKING = CASES.filter((one) => !KEEPING.includes(one))

describe('names that a statement gives', () => {
  onServers(['mariadb', 'mysql'], (server) => {
    after(removeProjects)

    it('are distinguished from a drop and an add, and destroy nothing', async () => {
      const chain = await recordedOn(server, {
        'r1/010-base.expand.sql': CASES.map(baseOf).join(''),
        ...releaseOf('r2', KEEPING),
        ...releaseOf('r3', TAKING),
      })
      const { config } = await chain.open()
      const { releases } = await readReleasesWithStates(config.root, readReleaseChain(config, chain.dialect))
      const positions = releases.flatMap((release) => release.positions())
      for (const [index, [statement, renamed, goneAndCome]] of CASES.entries()) {
        const position = positions.find(({ migration }) => migration.id.endsWith(`/${100 + index}-case.contract`))
        const steps = position?.migration.phased.flat() ?? []
        const all = steps.filter(({ kind }) => kind !== 'altered').map(describeObjectChange)
        const expected = (lines: readonly string[]) => lines.map((line) => numbered(line, index))
        expect(all.filter((line) => line.startsWith('~')).sort(), statement).to.deep.equal(
          expected(renamed.map((line) => `~ ${line}`)).sort(),
        )
        expect(
          all.filter((line) => !line.startsWith('~')),
          statement,
        ).to.deep.equal(expected(goneAndCome))
      }
      await chain.up({ to: 'r1' })
      const tables = CASES.flatMap(([statement], index) => (statement.includes('{same}') ? [`same${index}`] : []))
      await chain.sql(...tables.map((table) => `INSERT INTO ${table} VALUES (1, 2, 3)`))
      await chain.up({ to: 'r2', confirmed: false })
      await chain.up()
      const { schema, problems } = await chain.status()
      expect([schema, ...problems]).to.deep.equal(['as planned'])
    })
  })
})
