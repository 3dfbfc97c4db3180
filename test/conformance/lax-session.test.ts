import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOn, type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers, type ServerName } from '../support/servers.ts'

/** What a server makes only in a session other than the engine's own, as old applications and other tools have it. */
const LAX: Readonly<Record<string, { readonly on?: ServerName; readonly base: string }>> = {
  'zero dates as defaults': {
    base: `SET sql_mode = '';
CREATE TABLE post (id int PRIMARY KEY, posted datetime NOT NULL DEFAULT '0000-00-00 00:00:00', day date NOT NULL DEFAULT '0000-00-00',
  half date DEFAULT '2020-02-00', seen timestamp NOT NULL DEFAULT '0000-00-00 00:00:00');
CREATE VIEW recent AS SELECT id, posted FROM post WHERE posted > '0000-00-00 00:00:00';
`,
  },
  'timestamps with the defaults of old servers': {
    // MySQL refuses the setting inside a transaction.
    on: 'mariadb',
    base: `SET explicit_defaults_for_timestamp = 0, sql_mode = '';
CREATE TABLE post (id int PRIMARY KEY, one timestamp, two timestamp, three timestamp NULL);
SET explicit_defaults_for_timestamp = 1;
CREATE TABLE plain (id int PRIMARY KEY, one timestamp NOT NULL, two timestamp);
`,
  },
  'a row format that a strict server refuses': {
    base: 'SET innodb_strict_mode = 0;\nCREATE TABLE post (id int PRIMARY KEY, n varchar(9)) ROW_FORMAT = COMPRESSED KEY_BLOCK_SIZE = 32;\n',
  },
  'foreign keys to what is not there yet': {
    base: `SET foreign_key_checks = 0;
CREATE TABLE post (id int PRIMARY KEY, author int, CONSTRAINT post_author FOREIGN KEY (author) REFERENCES zz_author (id));
CREATE TABLE zz_author (id int PRIMARY KEY);
SET foreign_key_checks = 1;
`,
  },
  'accounts that are not there': {
    base: `-- interphase: despite opaque because it never runs
CREATE TABLE post (id int PRIMARY KEY, n varchar(9));
CREATE DEFINER = \`no\`\`body\`@\`nowhere\` FUNCTION one () RETURNS int DETERMINISTIC RETURN 1;
CREATE DEFINER = \`nobody\`@\`nowhere\` PROCEDURE two () SELECT 2;
CREATE ALGORITHM = MERGE DEFINER = \`nobody\`@\`nowhere\` SQL SECURITY DEFINER VIEW seen AS SELECT id FROM post;
CREATE DEFINER = \`nobody\`@\`nowhere\` TRIGGER before_post BEFORE INSERT ON post FOR EACH ROW SET NEW.n = 'x';
CREATE DEFINER = \`nobody\`@\`nowhere\` EVENT never ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM post;
`,
  },
  'quotes and pipes of the standard': {
    base: `SET sql_mode = 'ANSI';
CREATE TABLE post (id int PRIMARY KEY, n varchar(9) DEFAULT 'ab', c varchar(20) AS (n || 'x') STORED);
CREATE FUNCTION joined (a varchar(9) CHARSET utf8mb4) RETURNS varchar(20) CHARSET utf8mb4 DETERMINISTIC RETURN a || 'x';
CREATE VIEW "seen" AS SELECT id, n || 'x' AS c FROM post;
CREATE TRIGGER before_post BEFORE INSERT ON post FOR EACH ROW SET NEW.n = "NEW"."n" || 'x';
`,
  },
  'other character sets of the connection': {
    base: `SET character_set_results = latin1;
CREATE TABLE \`größe\` (id int PRIMARY KEY, \`λ\` varchar(9) DEFAULT 'λ' COMMENT 'λ');
CREATE VIEW seen AS SELECT id, concat(\`λ\`, 'λ') AS \`λ\` FROM \`größe\`;
SET NAMES latin1;
CREATE TABLE post (id int PRIMARY KEY, n varchar(9) DEFAULT 'n', c varchar(20) AS (concat(n, 'x')) STORED, CHECK (n <> 'y'));
`,
  },
  'a primary key that the server adds': {
    on: 'mysql',
    base: 'SET sql_generate_invisible_primary_key = 1;\nCREATE TABLE post (n int);\nSET sql_generate_invisible_primary_key = 0;\n',
  },
}

describe('a database with what only another session could make', () => {
  onServers(['mariadb', 'mysql'], (server) => {
    after(removeProjects)

    for (const [what, { on, base }] of Object.entries(LAX)) {
      if (on !== undefined && on !== server) continue
      it(`is recorded and adopted, and further releases run: ${what}`, async () => {
        const files: Files = {
          'r1/010-base.expand.sql': base,
          'r2/010-more.expand.sql': 'CREATE TABLE more (id int PRIMARY KEY);',
          'r3/010-last.expand.sql': 'ALTER TABLE more ADD COLUMN n int NULL;',
        }
        const chain = await recordedOn(server, files)
        await chain.up({ to: 'r1' })
        const { schema, problems } = await chain.status()
        expect([schema, ...problems]).to.deep.equal(['as planned'])
        await execute(chain.url, 'DROP TABLE interphase_migration', 'DROP TABLE interphase_note', 'DROP TABLE interphase_project')
        expect((await (await chain.open()).adopt()).release).to.equal('r1')
        await chain.up()
        expect((await chain.status()).schema).to.equal('as planned')
      })
    }
  })

  // MariaDB accepts zero dates by default.
  onServers(['mysql'], (server) => {
    after(removeProjects)

    it('has a table with zero dates that a further release alters as the error says, and the dates stay', async () => {
      const change = 'ALTER TABLE post ADD COLUMN n int;'
      const chain = await chainOn(server, {
        'r1/010-base.expand.sql': LAX['zero dates as defaults']?.base ?? '',
        'r2/010-more.expand.sql': change,
      })
      const line = /write (SET sql_mode = '\w+';)/.exec((await rejected(chain.record(), 'record.failed')).message)?.[1] ?? ''
      chain.put({ 'r2/010-more.expand.sql': `${line}\n${change}` })
      await chain.record()
      await chain.up({ to: 'r1' })
      await execute(chain.url, "SET sql_mode = ''", 'INSERT INTO post (id, seen) VALUES (1, now())')
      await chain.up()
      expect(await chain.sql('SELECT CAST(day AS char) AS day FROM post')).to.deep.equal([{ day: '0000-00-00' }])
      expect((await chain.status()).exitCode).to.equal(0)
    })
  })
})
