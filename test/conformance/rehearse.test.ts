import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { formatRehearsalAsJunit } from '../../src/cli/documents/junit.ts'
import { Interphase } from '../../src/engine.ts'
import type { RehearseOptions } from '../../src/rehearse/options.ts'
import type { RehearsalFinding } from '../../src/rehearse/rehearsal.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, chainOn, chainOverFirst, dialectOfServer, type Files, scratchDatabases } from '../support/chain.ts'
import { exampleProject } from '../support/example.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers, type ServerName, serverUrl, withDatabase } from '../support/servers.ts'
import { TINY } from '../support/tiny.ts'

/** A release that `record` and `check` pass and that breaks somebody all the same, and the same thing written so that it does not. */
interface Case {
  readonly what: string
  readonly on: readonly ServerName[]
  readonly before: Files
  readonly broken: Files
  readonly sound: Files
  readonly finding: { readonly kind: RehearsalFinding['kind']; readonly migration: string; readonly says: RegExp; readonly probe?: string }
}

const POSTGRES = ['postgres'] as const
const MYSQL = ['mariadb', 'mysql'] as const
const ALL = [...POSTGRES, ...MYSQL] as const

const ITEM: Files = {
  'r1/010-item.expand.sql':
    'CREATE TABLE item (id int NOT NULL, name varchar(40) NOT NULL, price int, CONSTRAINT item_pk PRIMARY KEY (id));',
}
const ADD_ITEM: Files = { 'r2/probes/old/010-add.sql': "INSERT INTO item (id, name, price) VALUES (7, 'bolt', -1);" }

/** Reports outlive the run, for whoever wants to see what was tried. */
function keepReport(name: string, text: string): void {
  const directory = join(import.meta.dirname, '..', '..', '.interphase', 'reports')
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, name), text)
}

const refusing = (price: number, by: string): Files => ({
  'r2/010-dear.expand.postgres.sql': `-- interphase: effect mirrors because it only looks
CREATE FUNCTION dear() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.price < ${price} THEN RAISE EXCEPTION '${by}'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER item_dear BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION dear();`,
  'r2/010-dear.expand.mysql.sql': `-- interphase: effect mirrors because it only looks
DELIMITER //
CREATE TRIGGER item_dear BEFORE INSERT ON item FOR EACH ROW BEGIN
  IF NEW.price < ${price} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${by}'; END IF;
END//
DELIMITER ;`,
})

/** A step of a function, so that one text serves every server: a loop over rows. */
const looping = (statement: string) => `export async function up({ context: queryInterface }) {
  const [items] = await queryInterface.sequelize.query('SELECT id FROM item')
  for (const { id } of items) await queryInterface.sequelize.query(${JSON.stringify(statement)}.replace('ID', id))
}`

const CASES: readonly Case[] = [
  {
    what: "a trigger that rejects the old version's writes",
    on: ALL,
    before: { ...ITEM, ...ADD_ITEM },
    broken: refusing(0, 'a price is not negative'),
    sound: refusing(-5, 'a price is not that low'),
    finding: { kind: 'probe fails', migration: 'r2/010-dear.expand', says: /a price is not negative/, probe: 'old/010-add.sql' },
  },
  {
    what: 'a new NOT NULL column that the old version does not fill',
    on: ALL,
    before: { ...ITEM, ...ADD_ITEM },
    broken: {
      'r2/010-owner.expand.sql': `-- interphase: despite tightens because the old version is said to be gone by then
ALTER TABLE item ADD COLUMN owner int NOT NULL DEFAULT 0;
ALTER TABLE item ALTER COLUMN owner DROP DEFAULT;`,
    },
    sound: { 'r2/010-owner.expand.sql': 'ALTER TABLE item ADD COLUMN owner int NOT NULL DEFAULT 0;' },
    finding: { kind: 'probe fails', migration: 'r2/010-owner.expand', says: /owner/, probe: 'old/010-add.sql' },
  },
  {
    what: 'a prepared SELECT * of the old version',
    on: POSTGRES,
    before: ITEM,
    broken: {
      'r2/010-colour.expand.sql': 'ALTER TABLE item ADD COLUMN colour varchar(20);',
      'r2/probes/old/010-all.sql': 'SELECT * FROM item;',
    },
    sound: {
      'r2/010-colour.expand.sql': 'ALTER TABLE item ADD COLUMN colour varchar(20);',
      'r2/probes/old/010-all.sql': 'SELECT id, name, price FROM item;',
    },
    finding: {
      kind: 'probe fails',
      migration: 'r2/010-colour.expand',
      says: /prepared earlier.*cached plan must not change result type/,
      probe: 'old/010-all.sql',
    },
  },
  {
    what: 'a default that a function gives, other in the other order',
    on: POSTGRES,
    before: {
      'r1/010-item.expand.sql': `CREATE TABLE item (id int NOT NULL, done boolean NOT NULL, CONSTRAINT item_pk PRIMARY KEY (id));
CREATE FUNCTION done_now() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT count(*) FROM item WHERE done';`,
    },
    broken: {
      'r2/010-done.migrate.sql': 'UPDATE item SET done = true;',
      'r2/020-rank.expand.sql': `-- interphase: despite rewrite because the table is small
-- interphase: despite tightens because the function always gives a number
ALTER TABLE item ADD COLUMN rank bigint DEFAULT done_now();`,
    },
    sound: {
      'r2/010-done.migrate.sql': 'UPDATE item SET done = true;',
      'r2/020-rank.expand.sql': 'ALTER TABLE item ADD COLUMN rank bigint DEFAULT 0;',
    },
    finding: { kind: 'other rows', migration: 'r2/010-done.migrate', says: /table item .*phased order, r2\/020-rank\.expand runs before/s },
  },
  {
    what: 'a default that an expression gives, other in the other order',
    on: MYSQL,
    before: ITEM,
    broken: {
      'r2/010-names.migrate.sql': "UPDATE item SET name = CONCAT(name, '!');",
      'r2/020-label.expand.sql': `-- interphase: despite rewrite because the table is small
ALTER TABLE item ADD COLUMN label varchar(60) DEFAULT (CONCAT('the ', name));`,
    },
    sound: {
      'r2/010-names.migrate.sql': "UPDATE item SET name = CONCAT(name, '!');",
      'r2/020-label.expand.sql': "ALTER TABLE item ADD COLUMN label varchar(60) DEFAULT ('the item');",
    },
    finding: {
      kind: 'other rows',
      migration: 'r2/010-names.migrate',
      says: /table item .*phased order, r2\/020-label\.expand runs before/s,
    },
  },
  {
    what: 'a data step that fails only on rows',
    on: ALL,
    before: ITEM,
    broken: { 'r2/010-missing.migrate.mjs': looping('UPDATE item SET colour = 1 WHERE id = ID') },
    sound: { 'r2/010-missing.migrate.mjs': looping('UPDATE item SET price = 1 WHERE id = ID') },
    finding: { kind: 'does not run', migration: 'r2/010-missing.migrate', says: /over generated rows .*colour/s },
  },
  {
    what: 'two data steps whose order matters to the rows',
    on: ALL,
    before: {
      'r1/010-item.expand.postgres.sql': `-- interphase: effect mirrors because gross follows the prices
CREATE TABLE item (id int NOT NULL, price int NOT NULL, CONSTRAINT item_pk PRIMARY KEY (id));
CREATE TABLE gross (id int NOT NULL, price int NOT NULL, CONSTRAINT gross_pk PRIMARY KEY (id));
CREATE FUNCTION to_gross() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE gross SET price = NEW.price WHERE id = NEW.id + 20000000;
  RETURN NEW;
END $$;
CREATE TRIGGER item_to_gross AFTER UPDATE ON item FOR EACH ROW EXECUTE FUNCTION to_gross();`,
      'r1/010-item.expand.mysql.sql': `-- interphase: effect mirrors because gross follows the prices
CREATE TABLE item (id int NOT NULL, price int NOT NULL, CONSTRAINT item_pk PRIMARY KEY (id));
CREATE TABLE gross (id int NOT NULL, price int NOT NULL, CONSTRAINT gross_pk PRIMARY KEY (id));
CREATE TRIGGER item_to_gross AFTER UPDATE ON item FOR EACH ROW UPDATE gross SET price = NEW.price WHERE id = NEW.id + 20000000;`,
      'r2/010-gross.migrate.sql': 'INSERT INTO gross (id, price) SELECT id + 20000000, price FROM item;',
      'r2/010-gross.contract.postgres.sql': 'DROP TRIGGER item_to_gross ON item;',
      'r2/010-gross.contract.mysql.sql': 'DROP TRIGGER item_to_gross;',
    },
    broken: { 'r2/020-prices.migrate.sql': 'UPDATE item SET price = price + 100;' },
    sound: { 'r2/020-prices.migrate.sql': 'UPDATE gross SET price = price + 100;' },
    finding: {
      kind: 'other rows',
      migration: 'r2/010-gross.contract',
      says: /table gross .*phased order, r2\/020-prices\.migrate runs before/s,
    },
  },
  {
    what: 'a data step that undoes what a trigger makes of the same write',
    on: ALL,
    before: {
      'r1/010-item.expand.sql': 'CREATE TABLE item (id int NOT NULL, open int NOT NULL, CONSTRAINT item_pk PRIMARY KEY (id));',
      'r2/010-word.expand.postgres.sql': `-- interphase: effect mirrors because word follows open
ALTER TABLE item ADD COLUMN word varchar(20);
CREATE FUNCTION to_word() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  NEW.word := coalesce(NEW.word, 'shared');
  RETURN NEW;
END $$;
CREATE TRIGGER item_word BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION to_word();`,
      'r2/010-word.expand.mysql.sql': `-- interphase: effect mirrors because word follows open
ALTER TABLE item ADD COLUMN word varchar(20);
CREATE TRIGGER item_word BEFORE INSERT ON item FOR EACH ROW SET NEW.word = COALESCE(NEW.word, 'shared');`,
      'r2/probes/old/010-add.sql': 'INSERT INTO item (id, open) VALUES (7, 0)',
    },
    broken: { 'r2/010-word.migrate.sql': "UPDATE item SET word = 'private' WHERE open = 0;" },
    sound: { 'r2/010-word.migrate.sql': "UPDATE item SET word = 'shared' WHERE word IS NULL;" },
    finding: {
      kind: 'writes differ',
      migration: 'r2/010-word.migrate',
      says: /item id "7" is word "private" if the write came after expand, but word "shared" if the write came after migrate/,
      probe: 'old/010-add.sql',
    },
  },
]

async function rehearse(chain: ChainOnServer, options: RehearseOptions = {}) {
  const [on] = (await (await chain.open()).rehearse(options)).dialects
  const release = on?.releases.at(-1)
  if (!release) throw new Error('nothing was rehearsed')
  return release
}

const says = ({ findings }: Awaited<ReturnType<typeof rehearse>>) =>
  findings.map((finding) => [finding.kind, finding.migration, finding.point])

describe('rehearse', () => {
  after(removeProjects)

  onServers(ALL, (server) => {
    for (const { what, before, broken, sound, finding } of CASES.filter(({ on }) => on.includes(server))) {
      it(`finds ${what}, which nothing before it does`, async () => {
        const chain = await chainOverFirst(server, { ...before, ...broken })
        await chain.record()
        const checked = await (await chain.open()).check()
        expect(checked.ok, JSON.stringify(checked.findings)).to.equal(true)
        const { ok, findings } = await rehearse(chain)
        expect(ok).to.equal(false)
        const [first] = findings
        expect([first?.kind, first?.migration], JSON.stringify(findings)).to.deep.equal([finding.kind, finding.migration])
        expect(first?.says).to.match(finding.says)
        expect(first?.remedy).not.to.equal('')
        if (finding.probe !== undefined) expect(first?.probe).to.include(finding.probe)
      })

      it(`passes its sound twin: ${what}`, async () => {
        const chain = await chainOverFirst(server, { ...before, ...sound })
        expect((await rehearse(chain)).findings).to.deep.equal([])
      })
    }
  })

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('tries the versions where they run: the old one until contract, the new one from the end of expand', async () => {
      const chain = await chainOn(server, {
        ...TINY,
        'r2/probes/old/010-read.sql': 'SELECT id, name FROM item',
        'r2/probes/new/010-read.sql': 'SELECT id, price FROM item',
      })
      const { findings, points, probes } = await rehearse(chain)
      expect(findings).to.deep.equal([])
      const all = ['before expand', 'after r2/010-price.expand', 'after r2/010-price.migrate', 'after r2/010-price.contract']
      expect(points).to.deep.equal(all)
      const where = probes.map(({ version, how, results }) => [version, how, ...results.map(({ point }) => point)])
      expect(where).to.deep.equal([
        ['old', 'afresh', ...all.slice(0, 3)],
        ['old', 'prepared', ...all.slice(0, 3)],
        ['new', 'afresh', ...all.slice(1)],
        ['new', 'prepared', ...all.slice(1)],
      ])
    })

    it('says that a probe is wrong where its own version alone has the schema', async () => {
      const chain = await chainOn(server, { ...TINY, 'r2/probes/old/010-read.sql': 'SELECT nothing FROM item' })
      const rehearsed = await rehearse(chain)
      expect(says(rehearsed)).to.deep.equal([['probe is wrong', undefined, 'before expand']])
      expect(rehearsed.findings[0]?.says).to.include('before expand').and.include('nothing')
    })

    it('reports that the new version starts before the objects that it needs exist', async () => {
      const chain = await chainOn(server, {
        ...ITEM,
        'r2/010-colour.contract.sql': 'ALTER TABLE item ADD COLUMN colour varchar(20);',
        'r2/probes/new/010-read.sql': 'SELECT colour FROM item',
      })
      const rehearsed = await rehearse(chain)
      expect(says(rehearsed)).to.deep.equal([['probe fails', 'r2/010-colour.contract', 'before expand']])
      expect(rehearsed.findings[0]?.remedy).to.include('expand instead of in r2/010-colour.contract')
    })

    it('takes a probe that may fail at its word, and says so', async () => {
      const chain = await chainOn(server, {
        ...ITEM,
        'r2/010-names.expand.sql': '-- interphase: despite removes because nobody reads it\nALTER TABLE item DROP COLUMN price;',
        'r2/probes/old/010-read.sql':
          '-- interphase: fails after 010-names.expand because the page may stay empty for a day\nSELECT price FROM item',
        'r2/probes/old/020-read.sql': '-- interphase: fails after 010-names.expand because it is never so\nSELECT id FROM item',
      })
      const { findings, reported } = await rehearse(chain)
      expect(findings).to.deep.equal([])
      expect(reported.join('\n')).to.include('because the page may stay empty for a day').and.include('020-read.sql declares that it fails')
    })

    it('names the contract migration that must wait until the data step has run again', async () => {
      const chain = await chainOn(server, { ...TINY, ...ADD_ITEM_TINY })
      const { ok, reported } = await rehearse(chain)
      expect(ok).to.equal(true)
      expect(reported.join('\n')).to.match(/r2\/010-price\.contract fails on the rows that probes write after migrate: .*price/)
    })

    it('writes nothing beside the release and leaves no scratch database', async () => {
      const chain = await chainOn(server, { ...TINY, ...ADD_ITEM_TINY })
      await rehearse(chain)
      expect(chain.has('r2/states')).to.equal(false)
      expect(await scratchDatabases(server)).to.deep.equal([])
    })

    it('generates the same rows for the same seed', async () => {
      const chain = await chainOn(server, TINY)
      const rows = async (seed: number) => {
        let found: unknown
        const read = async (url: string) => {
          found = await execute(url, 'SELECT id, name, price FROM item ORDER BY id')
        }
        await (await chain.open()).rehearseAt({ stop: 'contract', rows: 8, seed }, ({ url }) => read(url))
        return found
      }
      const first = await rows(1)
      expect(first).to.have.length(8)
      expect(await rows(1)).to.deep.equal(first)
      expect(await rows(2)).not.to.deep.equal(first)
    })

    it('gives a data step only texts of the sample rows in a key of several columns', async () => {
      const chain = await chainOn(server, {
        'r1/010-plug.expand.sql': 'CREATE TABLE plug (rack int NOT NULL, cord varchar(20) NOT NULL, UNIQUE (rack, cord));',
        'r2/rows/010-plug.sql': "INSERT INTO plug VALUES (1, 'usb'), (2, 'hdmi');",
        'r2/010-volts.expand.sql': 'ALTER TABLE plug ADD COLUMN volts int;',
        'r2/010-volts.migrate.mjs': `export async function up({ context }) {
  const [plugs] = await context.sequelize.query('SELECT DISTINCT cord FROM plug')
  for (const { cord } of plugs) {
    const volts = { usb: 5, hdmi: 3 }[cord]
    if (volts === undefined) throw new TypeError('no cord ' + cord)
    await context.sequelize.query('UPDATE plug SET volts = ' + volts + " WHERE cord = '" + cord + "'")
  }
}`,
      })
      await chain.record()
      const { ok, findings, tables } = await rehearse(chain)
      expect({ ok, findings }).to.deep.equal({ ok: true, findings: [] })
      expect(tables.find(({ table }) => table === 'plug')?.rows).to.be.greaterThan(2)
    })

    it('holds a shadow at every stop', async () => {
      const chain = await chainOn(server, { ...TINY, 'r2/rows/010.sql': "INSERT INTO item (id, name) VALUES (1, 'a')" })
      const seen: unknown[] = []
      for (const stop of ['start', 'expand', 'migrate'] as const) {
        await (await chain.open()).rehearseAt({ stop }, async ({ url }) => {
          const [row] = await execute(url, 'SELECT * FROM item')
          seen.push(row?.['price'])
        })
      }
      expect(seen).to.deep.equal([undefined, null, 0])
    })

    it('generates no rows for a table whose check random values cannot satisfy', async () => {
      const chain = await chainOn(server, {
        'r1/010-item.expand.sql': `CREATE TABLE item (id int PRIMARY KEY, code int NOT NULL, CONSTRAINT odd CHECK (code * code - 2000 * code + 999999 = 0 AND id < 0 AND id > 10));
CREATE TABLE other (id int PRIMARY KEY);`,
        'r2/010-colour.expand.sql': 'ALTER TABLE item ADD COLUMN colour varchar(20);',
      })
      const { ok, tables } = await rehearse(chain)
      expect(ok).to.equal(true)
      const [item, other] = tables
      expect([item?.table, item?.rows, other?.rows]).to.deep.equal(['item', 0, 5])
      expect(item?.because).to.match(/odd/)
    })

    it('names the sample rows that do not fit the schema before the release', async () => {
      const chain = await chainOn(server, { ...TINY, 'r2/rows/010-items.sql': '\nINSERT INTO item (id) VALUES (1), (1);' })
      const { message } = await rejected(rehearse(chain), 'record.rows')
      expect(message)
        .to.include('r2/rows/010-items.sql')
        .and.match(/item_pk|PRIMARY/)
    })

    it('runs the statements of one transaction in their order, and takes all of them back', async () => {
      const chain = await chainOn(server, {
        ...ITEM,
        'r2/010-colour.expand.sql': 'ALTER TABLE item ADD COLUMN colour varchar(20);',
        'r2/probes/old/010-add.sql':
          "INSERT INTO item (id, name) VALUES (4711, 'x');\nUPDATE item SET id = 4712 WHERE id = 4711;\nSELECT id FROM item WHERE id = 4712;",
        'r2/probes/new/010-wrong.sql': "INSERT INTO item (id, name) VALUES (4713, 'x');\nINSERT INTO item (id, name) VALUES (4713, 'x');",
      })
      const rehearsed = await rehearse(chain)
      expect(
        rehearsed.probes
          .filter(({ file }) => file.endsWith('010-add.sql'))
          .map(({ how, results }) => [how, results.filter(({ problem }) => problem)]),
      ).to.deep.equal([
        ['afresh', []],
        ['prepared', []],
      ])
      expect(rehearsed.findings.map(({ kind }) => kind)).to.deep.equal(['probe is wrong'])
    })

    it('refuses a probe without a statement, or with one that cannot be taken back, before anything is run', async () => {
      for (const [text, problem] of [
        ['SELECT 1;\nCOMMIT;', /line 2/],
        ['-- nothing', /no statement/],
        ['COMMIT', /in a separate transaction/],
        ['-- interphase: fails sometimes\nSELECT 1', /fails after/],
      ] as const) {
        const chain = await chainOn(server, { ...TINY, 'r2/probes/old/010-read.sql': text })
        const { message } = await rejected(rehearse(chain), 'probe.invalid')
        expect(message).to.include('r2/probes/old/010-read.sql').and.match(problem)
      }
    })
  })

  onServers(MYSQL, (server) => {
    it('prepares a SELECT * again automatically, so that the old version sees one more column and no error', async () => {
      const chain = await chainOn(server, {
        ...ITEM,
        'r2/010-colour.expand.sql': 'ALTER TABLE item ADD COLUMN colour varchar(20);',
        'r2/probes/old/010-all.sql': 'SELECT * FROM item;',
      })
      const { findings, probes } = await rehearse(chain)
      expect(findings).to.deep.equal([])
      expect(probes.map(({ how, results }) => [how, results.length])).to.deep.equal([
        ['afresh', 2],
        ['prepared', 2],
      ])
    })

    it('finds a hole between two statements of a migration, which commit one by one', async () => {
      const chain = await chainOn(server, {
        'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, price int, cost int);',
        'r1/010-item.contract.sql': 'CREATE TRIGGER item_cost BEFORE INSERT ON item FOR EACH ROW SET NEW.cost = NEW.price;',
        'r2/010-cost.contract.sql': 'ALTER TABLE item DROP COLUMN cost;\nDROP TRIGGER item_cost;',
        'r2/probes/new/010-add.sql': 'INSERT INTO item (id, price) VALUES (1, 1)',
      })
      const rehearsed = await rehearse(chain)
      expect(says(rehearsed)).to.deep.equal([['probe fails', 'r2/010-cost.contract', 'after statement 1 of 2 of r2/010-cost.contract']])
      expect(rehearsed.findings[0]?.says).to.include('It passes again after r2/010-cost.contract')
    })

    it('refuses a probe that commits by itself', async () => {
      const chain = await chainOn(server, { ...TINY, 'r2/probes/old/010-ddl.sql': 'CREATE TABLE other (id int)' })
      expect((await rejected(rehearse(chain), 'probe.invalid')).message).to.include('commits implicitly')
    })
  })

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('passes the example chain', async () => {
      const dialect = dialectOfServer(server)
      const root = await exampleProject(dialect, (await serverUrl(server)) ?? '')
      const rehearsed = await (await Interphase.open({ directory: root })).rehearse({ releases: 'all' })
      keepReport(`example-${dialect}.xml`, formatRehearsalAsJunit(rehearsed))
      const { ok, dialects } = rehearsed
      expect(dialects.flatMap(({ releases }) => releases.flatMap(({ findings }) => findings))).to.deep.equal([])
      expect([ok, dialects[0]?.releases.length]).to.deep.equal([true, 6])
    })

    it('keeps the shadow that it is asked to keep, and no run takes it for left behind', async () => {
      const chain = await chainOn(server, TINY)
      await rehearse(chain, { keep: true })
      const kept = chain.events.find((event) => event.type === 'shadow-kept')
      if (kept?.type !== 'shadow-kept') throw new Error('no shadow was kept')
      const at = new URL(kept.url)
      expect(at.password).to.equal('')
      expect(await scratchDatabases(server)).to.deep.equal([])
      const url = withDatabase((await serverUrl(server)) ?? '', at.pathname.slice(1))
      expect(await execute(url, 'SELECT id FROM item')).to.have.length(5)
      await execute((await serverUrl(server)) ?? '', `DROP DATABASE ${at.pathname.slice(1)}`)
      expect(kept.until).to.include(at.pathname.slice(1))
    })

    it('names the privilege that making a shadow needs', async () => {
      const url = new URL((await serverUrl(server)) ?? '')
      const user = `poor_${process.pid}`
      await execute(url.href, ...POOR[server === 'postgres' ? 'postgres' : 'mysql'](user))
      url.username = user
      url.password = 'secret'
      const chain = await chainOn(server, TINY, { shadow: { [dialectOfServer(server)]: { url: url.href } } })
      try {
        const { message } = await rejected(rehearse(chain), 'record.no-server')
        expect(message)
          .to.match(/grant (CREATEDB|ALL ON)/)
          .and.not.include('secret')
      } finally {
        await execute((await serverUrl(server)) ?? '', server === 'postgres' ? `DROP ROLE ${user}` : `DROP USER ${user}@'%'`)
      }
    })
  })
})

const ADD_ITEM_TINY: Files = { 'r2/probes/old/010-add.sql': "INSERT INTO item (id, name) VALUES (7, 'bolt')" }

const POOR = {
  postgres: (user: string) => [`CREATE ROLE ${user} LOGIN PASSWORD 'secret'`],
  mysql: (user: string) => [`CREATE USER ${user}@'%' IDENTIFIED BY 'secret'`],
}
