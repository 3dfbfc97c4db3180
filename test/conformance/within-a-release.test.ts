import { expect } from 'chai'
import type { Interphase } from '../../src/engine.ts'
import { PHASES } from '../../src/phase/phase.ts'
import { type Files, recordedOn } from '../support/chain.ts'
import { restored } from '../support/dump.ts'
import { needsDumpTool, withoutDumpTool } from '../support/dump-tools.ts'
import { dump, findMysqlTools, load } from '../support/mysql-tools.ts'
import { removeProjects } from '../support/project.ts'
import { execute, freshDatabase, onEveryServer, type ServerName } from '../support/servers.ts'

const MIRRORS = '-- interphase: effect mirrors because the trigger fills full_name for old code\n'

/** A release with a commented trigger and with rows, between two others. */
const CHAIN: Files = {
  'r1/010-person.expand.sql':
    "CREATE TABLE person (id int PRIMARY KEY, name varchar(20) DEFAULT 'nobody' CHECK (name IN ('ann', 'bob', 'nobody')));",
  'r2/010-full.expand.postgres.sql': `${MIRRORS}ALTER TABLE person ADD COLUMN full_name varchar(40);
CREATE FUNCTION fill_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  -- old code doesn't know the column
  NEW.full_name := coalesce(NEW.full_name, NEW.name); RETURN NEW; END $$;
CREATE TRIGGER person_full BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION fill_full();`,
  'r2/010-full.expand.mysql.sql': `${MIRRORS}ALTER TABLE person ADD COLUMN full_name varchar(40);
CREATE TRIGGER person_full BEFORE INSERT ON person FOR EACH ROW
  -- old code doesn't know the column
  SET NEW.full_name = coalesce(NEW.full_name, NEW.name);`,
  'r2/010-full.migrate.sql': 'UPDATE person SET full_name = name WHERE full_name IS NULL;',
  'r2/010-full.migrate.pending.sql': 'SELECT count(*) FROM person WHERE full_name IS NULL',
  'r2/010-full.contract.postgres.sql':
    'DROP TRIGGER person_full ON person; DROP FUNCTION fill_full(); ALTER TABLE person DROP COLUMN name;',
  'r2/010-full.contract.mysql.sql': 'DROP TRIGGER person_full; ALTER TABLE person DROP COLUMN name;',
  'r3/010-note.expand.sql': 'ALTER TABLE person ADD COLUMN note varchar(20);',
}

/** The default of the copy after each phase. */
const DEFAULTS = { expand: 'utf8mb4_unicode_ci', migrate: 'latin1_swedish_ci', contract: 'utf8mb4_general_ci' } as const

describe('a database that is restored from its own dump within a release', () => {
  after(removeProjects)

  onEveryServer((server) => {
    it('answers as before the dump, and the release continues', async function () {
      await needsDumpTool(this, server)
      if ((server === 'mysql' || server === 'mariadb') && typeof (await findMysqlTools(server)) === 'string') withoutDumpTool(this, server)
      const chain = await recordedOn(server, CHAIN)
      await chain.up({ to: 'r1' })
      await chain.sql("INSERT INTO person (id, name) VALUES (1, 'ann')")
      let url = chain.url
      const at = (databaseUrl: string) => chain.open({ databaseUrl })
      for (const only of PHASES) {
        await (await at(url)).upgrade({ only, confirmed: true })
        const copy = await copyOf(server, url, DEFAULTS[only])
        expect(await answersOf(await at(copy))).to.deep.equal(await answersOf(await at(url)))
        const adopted = await copyOf(server, url, DEFAULTS[only])
        await execute(adopted, ...['project', 'migration', 'run', 'note'].map((table) => `DROP TABLE interphase_${table}`))
        const id = `r2/010-full.${only}`
        expect((await (await at(adopted)).adopt(only === 'contract' ? undefined : id)).through).to.equal(id)
        expect(await answersOf(await at(adopted))).to.deep.equal(await answersOf(await at(url)))
        url = copy
      }
      await (await at(url)).upgrade({ confirmed: true })
      expect(await answersOf(await at(url))).to.deep.include({ exitCode: 0 })
      expect(await execute(url, 'SELECT id, full_name, note FROM person')).to.deep.equal([{ id: 1, full_name: 'ann', note: null }])
    })
  })
})

async function answersOf(engine: Interphase): Promise<object> {
  const { schema, problems, exitCode } = await engine.status({ compareSchema: true })
  return { schema, problems, exitCode }
}

async function copyOf(server: ServerName, url: string, collation: string): Promise<string> {
  if (server !== 'mysql' && server !== 'mariadb') return restored(server, url)
  const tools = await findMysqlTools(server)
  if (typeof tools === 'string') throw new Error(`there is no ${tools}`)
  const copy = await freshDatabase(server)
  await execute(copy, `ALTER DATABASE CHARACTER SET ${collation.split('_')[0]} COLLATE ${collation}`)
  await load(tools, copy, await dump(tools, url), '--skip-comments')
  return copy
}
