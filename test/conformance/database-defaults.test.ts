import { expect } from 'chai'
import { type ChainOnServer, type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, freshDatabase, onServers } from '../support/servers.ts'

const DEFAULTS: readonly (readonly [set: string, collation: string])[] = [
  ['utf8mb4', 'utf8mb4_general_ci'],
  ['utf8mb4', 'utf8mb4_unicode_ci'],
  ['latin1', 'latin1_swedish_ci'],
]

/** Text in every place that the database's default has a say in, and text that a script gives a collation of its own. */
const BASE = `CREATE TABLE plain (id int PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'x', kind enum('a', 'b'), kinds set('a', 'b'), body text,
  long_name varchar(40) AS (concat(name, 'x')) STORED, doc json, data blob, KEY plain_name (name), CHECK (name <> 'y'));
CREATE TABLE same (id int NOT NULL PRIMARY KEY, name varchar(20)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE other (id int PRIMARY KEY, name varchar(20), mine varchar(20) CHARACTER SET latin1, bin varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin)
  DEFAULT CHARSET=utf8mb4;
CREATE VIEW names AS SELECT id, name, concat(name, kind) AS both_of FROM plain WHERE name <> 'z';
CREATE TRIGGER plain_before BEFORE INSERT ON plain FOR EACH ROW BEGIN DECLARE n varchar(20); SET n = NEW.name; SET NEW.name = n; END;
CREATE FUNCTION shout (n varchar(20), m text CHARACTER SET latin1) RETURNS varchar(30) DETERMINISTIC BEGIN DECLARE o varchar(30); SET o = n; RETURN o; END;
CREATE FUNCTION shout_wide (n varchar(20)) RETURNS varchar(30) CHARSET utf8mb4 COLLATE utf8mb4_bin DETERMINISTIC RETURN n;
CREATE FUNCTION shout_named (n int) RETURNS varchar(30) CHARSET utf8mb4 DETERMINISTIC RETURN 'a';
CREATE FUNCTION counted (n int) RETURNS int DETERMINISTIC RETURN n;
CREATE PROCEDURE tidy (IN n varchar(20)) DELETE FROM plain WHERE name = n;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO BEGIN DECLARE n varchar(20); SET n = 'x'; END;
`

const FILES: Files = {
  'r1/010-base.expand.sql': `-- interphase: despite opaque because nobody runs yet\nDELIMITER ;;\n${BASE.replaceAll(';\n', ';;\n')}DELIMITER ;\n`,
  'r2/010-more.expand.sql': `CREATE TABLE more (id int PRIMARY KEY, name varchar(20));
ALTER TABLE plain ADD COLUMN note varchar(20) NULL;
ALTER TABLE same ADD COLUMN note varchar(20) NULL;
ALTER TABLE other ADD COLUMN note varchar(20) NULL;`,
}

describe('databases with other defaults', () => {
  onServers(['mariadb', 'mysql'], (server) => {
    after(removeProjects)

    async function databaseOf(set: string, collation: string): Promise<string> {
      const url = await freshDatabase(server)
      await execute(url, `ALTER DATABASE CHARACTER SET ${set} COLLATE ${collation}`)
      return url
    }

    /** What `status` says of the schema, with every problem. */
    async function looked(chain: ChainOnServer, url: string): Promise<readonly unknown[]> {
      const { schema, problems } = await (await chain.open({ databaseUrl: url })).status({ compareSchema: true })
      return [schema, ...problems.map(({ says }) => says)]
    }

    for (const [set, collation] of DEFAULTS) {
      it(`is one project with the same states in a database of ${collation}`, async () => {
        const chain = await recordedOn(server, FILES)
        const url = await databaseOf(set, collation)
        const engine = await chain.open({ databaseUrl: url })
        await engine.upgrade({ confirmed: true, to: 'r1' })
        expect(await looked(chain, url)).to.deep.equal(['as planned'])
        await execute(url, 'DROP TABLE interphase_migration', 'DROP TABLE interphase_note', 'DROP TABLE interphase_project')
        expect((await engine.adopt()).release).to.equal('r1')
        await engine.upgrade({ confirmed: true })
        expect(await looked(chain, url)).to.deep.equal(['as planned'])
      })

      it(`sees a column with another collation than its script gives it in a database of ${collation}`, async () => {
        const chain = await recordedOn(server, FILES)
        const url = await databaseOf(set, collation)
        await (await chain.open({ databaseUrl: url })).upgrade({ confirmed: true })
        for (const column of ['plain', 'same', 'more']) {
          await execute(url, `ALTER TABLE ${column} MODIFY name varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
          const [schema, says] = await looked(chain, url)
          expect(schema).to.equal('differs')
          expect(says).to.include(`column ${column}.name: collation planned`)
        }
      })
    }
  })
})
