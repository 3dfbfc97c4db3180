import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import type { CheckFinding } from '../../src/status/reports/check-report.ts'
import { chainOn, chainOverFirst, type Files } from '../support/chain.ts'
import { copiesOnline } from '../support/copies-online.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

/** A statement that keeps others waiting too long, and the same thing done while they go on. */
interface Case {
  readonly what: string
  readonly on: readonly ServerName[]
  readonly before?: string
  /** Named after their phase where it is not expand. */
  readonly dear: Files
  readonly cheap: Files
  readonly object: string
  readonly works: 'scan' | 'rewrite'
  readonly blocks: 'writes' | 'everyone'
  /** What the message says must be done instead. */
  readonly instead: string
}

const POSTGRES = ['postgres', 'postgres-system'] as const
const MYSQL = ['mariadb', 'mysql'] as const

const ITEM = 'CREATE TABLE item (id int PRIMARY KEY, size int NOT NULL, name varchar(40), price int);'
const EXPAND = 'r2/010-item.expand.sql'

const CASES: readonly Case[] = [
  {
    what: 'a column whose default is another for every row',
    on: POSTGRES,
    dear: { [EXPAND]: 'ALTER TABLE item ADD COLUMN made timestamptz DEFAULT clock_timestamp();' },
    cheap: { [EXPAND]: 'ALTER TABLE item ADD COLUMN made timestamptz; ALTER TABLE item ALTER COLUMN made SET DEFAULT clock_timestamp();' },
    object: 'column item.made',
    works: 'rewrite',
    blocks: 'everyone',
    instead: 'SET DEFAULT',
  },
  {
    what: 'a column whose default is another for every row',
    on: ['mariadb'],
    dear: { [EXPAND]: 'ALTER TABLE item ADD COLUMN code varchar(40) DEFAULT (uuid());' },
    cheap: { [EXPAND]: 'ALTER TABLE item ADD COLUMN code varchar(40) NULL; ALTER TABLE item ALTER COLUMN code SET DEFAULT (uuid());' },
    object: 'column item.code',
    works: 'rewrite',
    blocks: 'writes',
    instead: 'SET DEFAULT',
  },
  {
    what: 'a column whose default is an expression',
    on: ['mysql'],
    dear: { [EXPAND]: 'ALTER TABLE item ADD COLUMN code varchar(40) DEFAULT (concat(1, 2));' },
    cheap: { [EXPAND]: 'ALTER TABLE item ADD COLUMN code varchar(40) NULL; ALTER TABLE item ALTER COLUMN code SET DEFAULT (uuid());' },
    object: 'column item.code',
    works: 'rewrite',
    blocks: 'writes',
    instead: 'SET DEFAULT',
  },
  {
    what: 'a stored generated column',
    on: POSTGRES,
    dear: { [EXPAND]: 'ALTER TABLE item ADD COLUMN twice int GENERATED ALWAYS AS (size * 2) STORED;' },
    cheap: { [EXPAND]: 'ALTER TABLE item ADD COLUMN twice int;' },
    object: 'column item.twice',
    works: 'rewrite',
    blocks: 'everyone',
    instead: 'a plain column',
  },
  {
    what: 'a stored generated column',
    on: MYSQL,
    dear: { [EXPAND]: 'ALTER TABLE item ADD COLUMN twice int GENERATED ALWAYS AS (size * 2) STORED;' },
    cheap: { [EXPAND]: 'ALTER TABLE item ADD COLUMN twice int GENERATED ALWAYS AS (size * 2) VIRTUAL;' },
    object: 'column item.twice',
    works: 'rewrite',
    blocks: 'writes',
    instead: 'VIRTUAL',
  },
  {
    what: 'a column of a domain with a check',
    on: POSTGRES,
    before: 'CREATE DOMAIN positive AS int CHECK (VALUE > 0);',
    dear: { [EXPAND]: 'ALTER TABLE item ADD COLUMN weight positive;' },
    cheap: { [EXPAND]: 'ALTER TABLE item ADD COLUMN weight int;' },
    object: 'column item.weight',
    works: 'rewrite',
    blocks: 'everyone',
    instead: 'NOT VALID',
  },
  {
    what: 'int made bigint',
    on: POSTGRES,
    dear: { [EXPAND]: 'ALTER TABLE item ALTER COLUMN size TYPE bigint;' },
    cheap: { [EXPAND]: 'ALTER TABLE item ADD COLUMN size_wide bigint;' },
    object: 'column item.size',
    works: 'rewrite',
    blocks: 'everyone',
    instead: 'a new column',
  },
  {
    what: 'int made bigint',
    on: MYSQL,
    dear: { [EXPAND]: 'ALTER TABLE item MODIFY size bigint NOT NULL;' },
    cheap: { [EXPAND]: 'ALTER TABLE item ADD COLUMN size_wide bigint NULL;' },
    object: 'column item.size',
    works: 'rewrite',
    blocks: 'writes',
    instead: 'a new column',
  },
  {
    what: 'an index that nobody writes beside',
    on: POSTGRES,
    dear: { [EXPAND]: 'CREATE INDEX item_price ON item (price);' },
    cheap: { [EXPAND]: '-- interphase: transaction off\nCREATE INDEX CONCURRENTLY item_price ON item (price);' },
    object: 'index item_price on item',
    works: 'scan',
    blocks: 'writes',
    instead: 'CREATE INDEX CONCURRENTLY',
  },
  {
    what: 'an index that nobody writes beside',
    on: MYSQL,
    dear: { [EXPAND]: 'CREATE INDEX item_price ON item (price) ALGORITHM=INPLACE LOCK=SHARED;' },
    cheap: { [EXPAND]: 'CREATE INDEX item_price ON item (price) ALGORITHM=INPLACE LOCK=NONE;' },
    object: 'index item_price on item',
    works: 'scan',
    blocks: 'writes',
    instead: 'LOCK=NONE',
  },
  {
    what: 'an index of a function migration that nobody writes beside',
    on: [...POSTGRES, ...MYSQL],
    dear: {
      'r2/010-item.expand.mjs': `export async function up({ context: { sequelize } }) {
  const how = sequelize.getDialect() === 'postgres' ? '' : ' LOCK=SHARED'
  await sequelize.query('SELECT count(*) FROM item')
  await sequelize.query('CREATE INDEX item_price ON item (price)' + how)
}`,
    },
    cheap: {
      'r2/010-item.expand.mjs': "export const up = ({ context }) => context.sequelize.query('ALTER TABLE item ADD COLUMN note int NULL')",
    },
    object: 'index item_price on item',
    works: 'scan',
    blocks: 'writes',
    instead: 'INDEX',
  },
  {
    what: 'a rewrite inside of a procedure',
    on: MYSQL,
    // Inside of a routine MySQL writes the table anew for whatever it is not told to do at once.
    dear: { [EXPAND]: `CREATE PROCEDURE widen() ALTER TABLE item MODIFY size bigint NOT NULL;\nCALL widen();\nDROP PROCEDURE widen;` },
    cheap: {
      [EXPAND]: `CREATE PROCEDURE extend() ALTER TABLE item ADD COLUMN note int NULL, ALGORITHM=INSTANT;\nCALL extend();\nDROP PROCEDURE extend;`,
    },
    object: 'column item.size',
    works: 'rewrite',
    // Nobody sees whom it kept waiting.
    blocks: 'everyone',
    instead: 'a new column',
  },
  {
    what: 'a rewrite inside of a DO block',
    on: POSTGRES,
    dear: { [EXPAND]: "DO $$ BEGIN EXECUTE 'ALTER TABLE item ALTER COLUMN size TYPE bigint'; END $$;" },
    cheap: { [EXPAND]: "DO $$ BEGIN EXECUTE 'ALTER TABLE item ADD COLUMN note int'; END $$;" },
    object: 'column item.size',
    works: 'rewrite',
    blocks: 'everyone',
    instead: 'a new column',
  },
  {
    what: 'a NOT NULL that is not proven before',
    on: POSTGRES,
    dear: { 'r2/010-item.contract.sql': 'ALTER TABLE item ALTER COLUMN price SET NOT NULL;' },
    cheap: {
      'r2/010-item.contract.sql': `-- interphase: transaction off
ALTER TABLE item ADD CONSTRAINT price_given CHECK (price IS NOT NULL) NOT VALID;
ALTER TABLE item VALIDATE CONSTRAINT price_given;
ALTER TABLE item ALTER COLUMN price SET NOT NULL;
ALTER TABLE item DROP CONSTRAINT price_given;`,
    },
    object: 'column item.price',
    works: 'scan',
    blocks: 'everyone',
    instead: 'uses the check',
  },
  {
    what: 'a proof in the transaction that makes the rule',
    on: POSTGRES,
    dear: {
      'r2/010-item.contract.sql': `ALTER TABLE item ADD CONSTRAINT price_fair CHECK (price > 0) NOT VALID;
ALTER TABLE item VALIDATE CONSTRAINT price_fair;`,
    },
    cheap: {
      'r2/010-item.contract.sql': `-- interphase: transaction off
ALTER TABLE item ADD CONSTRAINT price_fair CHECK (price > 0) NOT VALID;
ALTER TABLE item VALIDATE CONSTRAINT price_fair;`,
    },
    object: 'check price_fair on item',
    works: 'scan',
    blocks: 'everyone',
    instead: 'transaction off',
  },
  {
    what: 'a check on a table with rows',
    on: MYSQL,
    dear: { 'r2/010-item.contract.sql': 'ALTER TABLE item ADD CONSTRAINT price_fair CHECK (price > 0);' },
    cheap: { 'r2/010-item.contract.sql': 'ALTER TABLE item MODIFY price int NOT NULL, ALGORITHM=INPLACE, LOCK=NONE;' },
    object: 'check price_fair on item',
    works: 'rewrite',
    blocks: 'writes',
    instead: 'SIGNAL',
  },
]

/** What nobody has to wait for longer than a moment. */
const CHEAP: readonly { readonly what: string; readonly on: readonly ServerName[]; readonly before: string; readonly expand: string }[] = [
  { what: 'a nullable column', on: [...POSTGRES, ...MYSQL], before: ITEM, expand: 'ALTER TABLE item ADD COLUMN colour varchar(20) NULL;' },
  {
    what: 'a NOT NULL column with a constant default',
    on: [...POSTGRES, ...MYSQL],
    before: ITEM,
    expand: "ALTER TABLE item ADD COLUMN colour varchar(20) NOT NULL DEFAULT 'blue';",
  },
  { what: 'a dropped NOT NULL', on: POSTGRES, before: ITEM, expand: 'ALTER TABLE item ALTER COLUMN size DROP NOT NULL;' },
  { what: 'a dropped NOT NULL', on: MYSQL, before: ITEM, expand: 'ALTER TABLE item MODIFY size int NULL, ALGORITHM=INPLACE, LOCK=NONE;' },
  { what: 'a widened varchar', on: POSTGRES, before: ITEM, expand: 'ALTER TABLE item ALTER COLUMN name TYPE varchar(200);' },
  { what: 'a widened varchar', on: MYSQL, before: ITEM, expand: 'ALTER TABLE item MODIFY name varchar(60);' },
  {
    what: 'an enum label appended',
    on: POSTGRES,
    before: "CREATE TYPE mood AS ENUM ('fine'); CREATE TABLE item (id int PRIMARY KEY, mood mood);",
    expand: "ALTER TYPE mood ADD VALUE 'so so';",
  },
  {
    what: 'an enum label appended',
    on: MYSQL,
    before: "CREATE TABLE item (id int PRIMARY KEY, mood enum('fine'));",
    expand: "ALTER TABLE item MODIFY mood enum('fine', 'so so');",
  },
  {
    what: 'an index on a table that the release itself makes',
    on: [...POSTGRES, ...MYSQL],
    before: ITEM,
    expand: 'CREATE TABLE part (id int PRIMARY KEY, item int); CREATE INDEX part_item ON part (item);',
  },
]

describe('the price of a migration', () => {
  after(removeProjects)

  it('is no reason to refuse the example chain, on any server', async () => {
    const example = await Interphase.open({ directory: join(import.meta.dirname, '..', '..') })
    expect(pricesIn((await example.check()).findings)).to.deep.equal([])
  })

  onServers([...POSTGRES, ...MYSQL], (server) => {
    for (const one of CASES.filter(({ on }) => on.includes(server))) {
      const { what, before = '', dear, cheap, object, works, blocks, instead } = one
      const base = { 'r1/010-base.expand.sql': before + ITEM }

      it(`refuses ${what}`, async () => {
        const findings = await checked(server, { ...base, ...(await locking(server, one)) })
        const refused = findings.find(({ code }) => code === 'policy.price')
        const [file = ''] = Object.keys(dear)
        expect(refused, JSON.stringify(findings)).to.include({ migration: file.replace(/\.(?:sql|mjs)$/, ''), object })
        expect(refused?.facts)
          .to.include({ works, blocks })
          .and.deep.include({ tables: ['item'] })
        expect(refused?.facts['instead']).to.include(instead)
        expect(refused?.says).to.include(object)
        expect(refused?.remedy).to.include(instead).and.include(String(refused?.facts['reason'])).and.include('despite')
      })

      it(`takes its twin: ${what}`, async () => {
        expect(pricesIn(await checked(server, { ...base, ...cheap }))).to.deep.equal([])
      })
    }

    for (const { what, before, expand } of CHEAP.filter(({ on }) => on.includes(server))) {
      it(`takes ${what}`, async () => {
        expect(await checked(server, { 'r1/010-base.expand.sql': before, [EXPAND]: expand })).to.deep.equal([])
      })
    }

    it('finds the same price over no rows and over some', async () => {
      const dear = CASES.filter(({ on }) => on.includes(server)).filter(({ dear }) => EXPAND in dear)
      for (const one of dear) {
        const { before = '', works, blocks } = one
        const files = await locking(server, one)
        const rows = { 'r2/rows/item.sql': "INSERT INTO item (id, size, name, price) VALUES (1, 2, 'nut', 3), (2, 3, 'bolt', 4);" }
        const findings = await checked(server, { 'r1/010-base.expand.sql': before + ITEM, ...files, ...rows })
        const found = findings.flatMap(({ code, facts }) => (code === 'policy.price' ? [facts] : []))
        expect(found.map((facts) => [facts['works'], facts['blocks']])).to.deep.equal([[works, blocks]])
      }
    })

    if (MYSQL.some((name) => name === server)) {
      it('lets a table be copied where others write meanwhile', async () => {
        const widen = { [EXPAND]: '-- interphase: effect relaxes because it is wider\nALTER TABLE item MODIFY size bigint NOT NULL;' }
        const told = pricesIn(await checked(server, { 'r1/010-base.expand.sql': ITEM, ...widen }))
        expect(told).to.have.lengthOf((await copiesOnline(server)) ? 0 : 1)
      })
    }

    it('comes in the plan to what it is on tables as large as they are now', async () => {
      const text = 'CREATE INDEX item_price ON item (price);\nCREATE TABLE part (id int PRIMARY KEY);\nCREATE INDEX part_id ON part (id);'
      const chain = await chainOn(server, { 'r1/010-base.expand.sql': ITEM, [EXPAND]: text })
      await chain.record()
      await chain.up({ to: 'r1' })
      const rows = Array.from({ length: 500 }, (_, id) => `(${id}, 1, 'nut', 1)`).join()
      await chain.sql(`INSERT INTO item (id, size, name, price) VALUES ${rows}`)
      await chain.sql(isPostgres(server) ? 'ANALYZE item' : 'ANALYZE TABLE item')
      const [plan] = await (await chain.open()).plan()
      const costs = plan?.phases.flatMap(({ migrations }) => migrations.flatMap((migration) => migration.costs)) ?? []
      expect(costs.map(({ works }) => works)).to.deep.equal(['scan', 'instant', 'instant'])
      const [index] = costs
      expect(index).to.include({ blocks: isPostgres(server) ? 'writes' : 'ddl', severity: 'low' })
      expect(index?.tables.map(({ table }) => table)).to.deep.equal(['item'])
      expect(index?.tables[0]?.bytes).to.be.within(8_192, 1_000_000)
      if (isPostgres(server)) expect(index?.tables[0]?.rows).to.equal(500)
    })

    it('does not charge a statement for what was read before it', async () => {
      const later = 'ALTER TABLE item ALTER COLUMN price SET DEFAULT 1;'
      const index = isPostgres(server) ? 'CREATE INDEX CONCURRENTLY' : 'CREATE INDEX'
      const chain = await chainOn(server, {
        'r1/010-base.expand.sql': ITEM,
        'r2/010-price.expand.sql': `-- interphase: transaction off\n${index} item_price ON item (price); ${later}`,
        'r2/010-price.migrate.sql': "-- interphase: rerunnable\nUPDATE item SET name = '' WHERE name IS NULL;",
        'r2/010-price.migrate.pending.sql': 'SELECT count(*) FROM item WHERE name IS NULL',
        'r2/010-price.contract.sql': later,
      })
      await chain.record()
      const [, plan] = await (await chain.open()).plan()
      const costs = plan?.phases.flatMap(({ migrations }) => migrations.flatMap((migration) => migration.costs)) ?? []
      const told = costs.map(({ blocks, works }) => `${blocks}/${works}`)
      expect(told).to.deep.equal(['ddl/scan', 'everyone/instant', 'nobody/scan', 'everyone/instant'])
    })

    if (server === 'postgres' || server === 'postgres-system')
      it('is explained for each statement of one transaction by its own change', async () => {
        const statements = [
          'ALTER TABLE item ALTER COLUMN price SET NOT NULL;',
          'ALTER TABLE item ADD UNIQUE (price);',
          'ALTER TABLE item ADD FOREIGN KEY (price) REFERENCES tariff (id);',
        ]
        const findings = await checked(server, {
          'r1/010-base.expand.sql': `${ITEM}\nCREATE TABLE tariff (id int PRIMARY KEY);`,
          [EXPAND]: statements.join('\n'),
        })
        const told = findings
          .filter(({ code }) => code === 'policy.price')
          .map(({ object, says, remedy }) => [object, `${says}\n${remedy}`])
        expect(told.map(([object]) => object)).to.deep.equal([
          'column item.price',
          'unique constraint item_price_key on item',
          'foreign key item_price_fkey on item',
        ])
        const ways = [/IS NOT NULL\) NOT VALID/, /CREATE UNIQUE INDEX CONCURRENTLY/, /FOREIGN KEY … NOT VALID/]
        for (const [index, way] of ways.entries()) expect(told[index]?.[1]).to.match(way)
      })

    it('has to be recorded again where it was not measured yet', async () => {
      const chain = await chainOn(server, { 'r1/010-base.expand.sql': ITEM })
      await chain.record()
      const file = join(chain.root, 'releases/r1/states', chain.dialect, '010-base.json')
      const old = JSON.parse(readFileSync(file, 'utf8'))
      delete old.migrations.expand.prices
      writeFileSync(file, JSON.stringify(old))
      expect((await (await chain.open()).check()).findings.map(({ code }) => code)).to.deep.equal(['states.invalid'])
      await chain.record()
      expect((await (await chain.open()).check()).findings).to.deep.equal([])
    })

    it('accepts an expensive statement despite the rule, if the file gives the reason', async () => {
      const dear = CASES.find(({ on, works }) => on.includes(server) && works === 'rewrite')?.dear
      const [text = ''] = Object.values(dear ?? {})
      const files = { 'r1/010-base.expand.sql': ITEM, [EXPAND]: `-- interphase: despite rewrite because the table has ten rows\n${text}` }
      expect(pricesIn(await checked(server, files))).to.deep.equal([])
    })
  })
})

async function checked(server: ServerName, files: Files): Promise<readonly CheckFinding[]> {
  const chain = await chainOverFirst(server, files)
  await chain.record()
  return (await (await chain.open()).check()).findings
}

/** The dear statement, which has to ask for it where a copy keeps nobody waiting by itself. */
async function locking(server: ServerName, { dear, works, blocks }: Case): Promise<Files> {
  if (works !== 'rewrite' || blocks !== 'writes' || !(await copiesOnline(server))) return dear
  return Object.fromEntries(Object.entries(dear).map(([file, text]) => [file, text.replace(/;$/, ', LOCK=SHARED;')]))
}

function isPostgres(server: ServerName): boolean {
  return server === 'postgres' || server === 'postgres-system'
}

function pricesIn(findings: readonly CheckFinding[]) {
  return findings.filter(({ code, exception }) => code === 'policy.price' && !exception).map(({ says }) => says)
}
