import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, chainOn, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, freshDatabase, onServers, type ServerName } from '../support/servers.ts'
import { HOSTILE, type Hostile } from './hostile.ts'

/** The project's own. */
const BASE = {
  'r1/010-item.expand.sql': `CREATE TABLE item (id int PRIMARY KEY, name varchar(50));
CREATE TABLE price (id int PRIMARY KEY, amount int);
INSERT INTO item VALUES (1, 'one'), (2, 'two');
INSERT INTO price VALUES (1, 10);`,
}

/** What others have in the database; the table of another project is in the ledger, `ignore` names the rest. */
const THEIRS: { readonly [S in ServerName]?: readonly string[] } = {
  postgres: [
    'CREATE TABLE visits (id int PRIMARY KEY REFERENCES item (id) ON DELETE CASCADE, who varchar(20))',
    'CREATE INDEX visits_who ON visits (who)',
    "INSERT INTO visits VALUES (1, 'her'), (2, 'him')",
    'CREATE VIEW their_items AS SELECT id, name FROM item',
    'CREATE SEQUENCE their_numbers START WITH 100',
    'CREATE EXTENSION citext',
    'CREATE PUBLICATION their_news FOR TABLE visits',
    'CREATE SCHEMA nearby',
    'CREATE TABLE nearby.customer (id int PRIMARY KEY)',
    'INSERT INTO nearby.customer VALUES (3)',
    "CREATE TYPE nearby.mood AS ENUM ('good')",
    "CREATE FUNCTION nearby.total(int) RETURNS int LANGUAGE sql AS 'SELECT $1'",
    'CREATE DOMAIN nearby.age AS int CONSTRAINT grown CHECK (VALUE > 0)',
    'SELECT lo_create(4711)',
    'CREATE OPERATOR nearby.=== (leftarg = int, rightarg = int, function = int4eq)',
    'CREATE CAST (text AS nearby.mood) WITH INOUT AS ASSIGNMENT',
    'CREATE OPERATOR CLASS nearby.whole FOR TYPE int USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(int)',
    "CREATE CONVERSION nearby.latin FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1",
    'CREATE TEXT SEARCH PARSER nearby.words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)',
    'CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler',
  ],
  mysql: theirs(),
  mariadb: [...theirs(), 'CREATE SEQUENCE their_numbers START WITH 100'],
}

function theirs(): readonly string[] {
  return [
    'CREATE TABLE visits (id int PRIMARY KEY, who varchar(20))',
    "INSERT INTO visits VALUES (1, 'her'), (2, 'him')",
    'ALTER TABLE visits ADD CONSTRAINT visits_item FOREIGN KEY (id) REFERENCES item (id) ON DELETE CASCADE ON UPDATE CASCADE',
    'CREATE VIEW their_items AS SELECT id FROM visits',
    'CREATE TRIGGER their_trigger BEFORE INSERT ON visits FOR EACH ROW SET NEW.who = upper(NEW.who)',
  ]
}

const PARCEL = { 'r1/010-parcel.expand.sql': 'CREATE TABLE parcel (id int PRIMARY KEY);\nINSERT INTO parcel VALUES (7);' }
const IN_MYSQL = { 'r1/020-procedure.expand.sql': 'CREATE PROCEDURE their_procedure() SELECT 1;' }
const IGNORE = ['visits', 'their_items', 'their_numbers']

/** The database of the tests, with everybody in it. */
async function crowded(server: ServerName): Promise<ChainOnServer> {
  const chain = await recordedOn(server, BASE, { ignore: IGNORE })
  await chain.up()
  await chain.sql(...(THEIRS[server] ?? []))
  const other = await chainOn(
    server,
    { ...PARCEL, ...(server === 'postgres' ? {} : IN_MYSQL) },
    { project: 'till', ignore: [...IGNORE, 'item', 'price'] },
  )
  await other.record()
  await (await other.open({ databaseUrl: chain.url })).upgrade({ confirmed: true })
  return chain
}

/** The database of another application on the server of the target and of the shadow. The releases name it `elsewhere`. */
async function anotherDatabase(server: ServerName): Promise<string> {
  const url = await freshDatabase(server)
  await execute(url, 'CREATE TABLE guest (id int PRIMARY KEY, phone varchar(20))', "INSERT INTO guest VALUES (1, '555'), (2, '777')")
  if (server !== 'postgres')
    await execute(
      url,
      'CREATE PROCEDURE p() DELETE FROM guest',
      'CREATE FUNCTION f() RETURNS int DETERMINISTIC BEGIN DELETE FROM guest; RETURN 1; END',
    )
  return url
}

/** What nobody may have changed. */
async function unseen(chain: ChainOnServer, elsewhere: string): Promise<string> {
  const queries = [
    'SELECT * FROM visits ORDER BY id',
    'SELECT * FROM parcel',
    'SELECT * FROM their_items ORDER BY id',
    'SELECT count(*) AS n FROM item',
  ]
  if (chain.dialect === 'postgres')
    queries.push(
      'SELECT *, nearby.total(id) AS total, $$good$$::nearby.mood AS mood, obj_description($$nearby.total(int)$$::regprocedure) AS said FROM nearby.customer',
      'SELECT conname FROM pg_constraint WHERE contypid = $$nearby.age$$::regtype',
      'SELECT oid FROM pg_largeobject_metadata',
    )
  const numbers = chain.dialect === 'mysql' ? [] : ['SELECT * FROM their_numbers']
  const found: unknown[] = []
  for (const query of [...queries, ...numbers]) found.push(await chain.sql(query))
  found.push(await execute(elsewhere, 'SELECT * FROM guest ORDER BY id'))
  return JSON.stringify(found)
}

describe('hostile releases', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    const all = HOSTILE[server] ?? []
    let chain: ChainOnServer
    let elsewhere: string
    let then: string

    before(async () => {
      chain = await crowded(server)
      elsewhere = await anotherDatabase(server)
      then = await unseen(chain, elsewhere)
    })

    afterEach(async () => {
      expect(await unseen(chain, elsewhere)).to.equal(then)
      // What was stopped between two statements has begun, and would have to be ended by a person.
      await chain.sql("DELETE FROM interphase_migration WHERE release_name = 'r2'")
      rmSync(join(chain.root, 'releases', 'r2'), { recursive: true, force: true })
    })

    it('are at least forty', () => {
      expect(all.length).to.be.at.least(40)
    })

    for (const [index, hostile] of all.entries()) {
      it(`${hostile.outcome.is}: ${hostile.text.replaceAll(/\s+/g, ' ').slice(0, 110)}`, () =>
        meets(chain, naming(hostile, new URL(elsewhere).pathname.slice(1)), index))
    }
  })
})

/** The same release with the name of the other database. */
function naming({ file, text, outcome }: Hostile, elsewhere: string): Hostile {
  const named = (words: string) => words.replaceAll('elsewhere', elsewhere)
  return { file, text: named(text), outcome: 'says' in outcome ? { ...outcome, says: new RegExp(named(outcome.says.source)) } : outcome }
}

async function meets(chain: ChainOnServer, { file, text, outcome }: Hostile, index: number): Promise<void> {
  chain.put({ [`r2/${index + 10}-it.${file}`]: text })
  switch (outcome.is) {
    case 'refused': {
      const { message } = await rejected(chain.record(), 'statement.refused')
      expect(message).to.match(outcome.says)
      const { findings } = await (await chain.open()).check()
      expect(findings.map(({ code }) => code)).to.include('statement.refused')
      expect(readdirSync(join(chain.root, 'releases', 'r2'))).to.not.include('states')
      return
    }
    case 'caught': {
      const { message } = await rejected(chain.record(), outcome.code)
      expect(message).to.match(outcome.says)
      return
    }
    case 'stopped': {
      await chain.record()
      const { facts } = await rejected(chain.up(), outcome.code)
      expect(facts.objects).to.include(outcome.names)
      return
    }
    case 'asked': {
      await chain.record()
      const { facts } = await rejected(chain.up({ confirmed: false }), 'phase.unconfirmed')
      expect(facts.destroys).to.include(outcome.loss)
      return
    }
    case 'shown': {
      await chain.record()
      const report = await (await chain.open()).check()
      expect(report.findings.map(({ says }) => says).join('\n')).to.match(outcome.says)
      return
    }
  }
}
