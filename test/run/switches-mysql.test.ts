import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOn, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const BOTH = ['mariadb', 'mysql'] as const
const MARIADB = ['mariadb'] as const

type Case = readonly [on: readonly ServerName[], statements: string, ...told: readonly string[]]

/** Statements in the body of a procedure, which is called and dropped. */
function routine(body: string): string {
  return `DELIMITER //\nCREATE PROCEDURE q() BEGIN ${body}; END//\nDELIMITER ;\nCALL q(); DROP PROCEDURE q`
}

function block(body: string): string {
  return `DELIMITER //\nBEGIN NOT ATOMIC ${body}; END//\nDELIMITER ;\nDO 1`
}

const COUNTERS = `CREATE TABLE c (id int AUTO_INCREMENT PRIMARY KEY, a int);
CREATE TABLE \`Odd name\` (id int AUTO_INCREMENT PRIMARY KEY);
CREATE TABLE plain (id int PRIMARY KEY, a int);`
const SEQUENCES = `CREATE SEQUENCE s START WITH 5; CREATE SEQUENCE other;
CREATE FUNCTION again() RETURNS bigint RETURN setval(s, 1);`

/** What sets a counter, and the counters that it sets. */
const SETS: readonly Case[] = [
  [BOTH, 'ALTER TABLE c AUTO_INCREMENT = 2147483647', 'identity of c.id'],
  [BOTH, 'ALTER TABLE c ADD COLUMN b int NULL, auto_increment 500', 'identity of c.id'],
  [BOTH, 'ALTER TABLE `Odd name` /*!40000 AUTO_INCREMENT=9 */', 'identity of Odd name.id'],
  [BOTH, "PREPARE x FROM 'ALTER TABLE c ADD x1 int NULL, AUTO_INCREMENT = 7'; EXECUTE x", 'identity of c.id'],
  [BOTH, "SET @a = CONCAT('ALTER TABLE c ADD x2 int NULL, AUTO_INCREMENT = ', 7); PREPARE x FROM @a; EXECUTE x", 'identity of c.id'],
  [BOTH, routine('IF 1 = 1 THEN ALTER TABLE c ADD x3 int NULL; ALTER TABLE c AUTO_INCREMENT = 8; END IF'), 'identity of c.id'],
  [BOTH, 'CREATE PROCEDURE kept() ALTER TABLE c AUTO_INCREMENT = 8'],
  [BOTH, 'ALTER TABLE plain AUTO_INCREMENT = 9'],
  [BOTH, 'CREATE TABLE fresh (id int AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 9; ALTER TABLE fresh AUTO_INCREMENT = 90'],
  [BOTH, 'ALTER TABLE c MODIFY id int AUTO_INCREMENT'],
  [MARIADB, 'ALTER SEQUENCE s RESTART', 'sequence s'],
  [MARIADB, 'ALTER SEQUENCE IF EXISTS s RESTART 3', 'sequence s'],
  [MARIADB, 'SELECT setval(s, 100)', 'sequence s'],
  [MARIADB, 'DO SETVAL(`s`, 100, 0)', 'sequence s'],
  [MARIADB, 'SELECT again()', 'sequence s'],
  [MARIADB, 'CREATE OR REPLACE SEQUENCE s START WITH 5', 'sequence s'],
  [MARIADB, 'INSERT INTO s VALUES (1, 1, 9223372036854775806, 5, 1, 1000, 0, 0)', 'sequence s'],
  [MARIADB, block('SELECT SETVAL(s, 2)'), 'sequence s'],
  [MARIADB, "EXECUTE IMMEDIATE 'SELECT SETVAL(s, 3)'", 'sequence s'],
  [MARIADB, 'SELECT NEXTVAL(s)'],
  [MARIADB, 'CREATE SEQUENCE IF NOT EXISTS s'],
]

const RULES = `CREATE TABLE p (id int PRIMARY KEY, code int NOT NULL UNIQUE, n int);
CREATE TABLE k (id int PRIMARY KEY, p int, q int, n int, CONSTRAINT k_p FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE,
  CONSTRAINT k_q FOREIGN KEY (q) REFERENCES p (code), CONSTRAINT positive CHECK (n > 0));
CREATE TABLE alone (id int PRIMARY KEY, n int);`

const OFF = 'SET foreign_key_checks = 0;'
const GONE = ['column k.p, DELETE of p under foreign_key_checks = 0', 'column k.q, DELETE of p under foreign_key_checks = 0'] as const

/** What a statement may break while the server does not check it, as the run asks for it. */
const BREAKS: readonly Case[] = [
  [BOTH, `${OFF} DELETE FROM p WHERE id = 1`, ...GONE],
  [BOTH, '/*!40014 SET @OLD = @@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */; DELETE FROM p; SET foreign_key_checks = @old', ...GONE],
  [BOTH, "SET @off = 0; SET SESSION foreign_key_checks = @off; DELETE FROM p; SET foreign_key_checks = 'ON'", ...GONE],
  [BOTH, 'SET @@session.foreign_key_checks = OFF; DELETE FROM p', ...GONE],
  [BOTH, `${OFF} ANALYZE TABLE p; DELETE FROM p WHERE id = 1`, ...GONE],
  [BOTH, routine('SET foreign_key_checks = 0; DELETE FROM p; SET foreign_key_checks = 1'), ...GONE],
  [BOTH, `${OFF} PREPARE x FROM 'DELETE FROM p'; EXECUTE x`, ...GONE],
  [BOTH, `${OFF} UPDATE p SET code = code + 100`, 'column k.q, UPDATE of p under foreign_key_checks = 0'],
  [BOTH, `${OFF} UPDATE k SET p = 99`, 'column k.p, UPDATE under foreign_key_checks = 0'],
  [BOTH, `${OFF} INSERT INTO k VALUES (7, 99, NULL, 1)`, 'column k.p, INSERT under', 'column k.q, INSERT under'],
  [BOTH, `${OFF} TRUNCATE TABLE p`, 'column k.p, TRUNCATE of p under', 'column k.q, TRUNCATE of p under'],
  [BOTH, `${OFF} DROP TABLE p`, 'table p', 'column k.p, DROP of p under', 'column k.q, DROP of p under'],
  [
    BOTH,
    'SET unique_checks = 0; INSERT INTO p VALUES (8, 1, 1)',
    'table p, INSERT under unique_checks = 0: rows may be equal in PRIMARY',
    'table p, INSERT under unique_checks = 0: rows may be equal in code',
  ],
  [
    MARIADB,
    'SET check_constraint_checks = 0; UPDATE k SET n = -1',
    'table k, UPDATE under check_constraint_checks = 0: rows may break positive',
  ],
  [MARIADB, 'SET STATEMENT foreign_key_checks = 0 FOR DELETE FROM p', ...GONE],
  [MARIADB, block('SET foreign_key_checks = 0; DELETE FROM p'), ...GONE],
  [BOTH, `${OFF} UPDATE p SET n = 1; UPDATE alone SET n = 2; UPDATE k SET n = 3; SET foreign_key_checks = 1`],
  [BOTH, `${OFF} SET foreign_key_checks = 1; CREATE TABLE e (id int PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES p (id))`],
  [BOTH, 'SET foreign_key_checks = 1; DELETE FROM p WHERE id = 99'],
]

const DESPITE = ['opaque', 'writes-rows', 'adds', 'tightens', 'scan', 'rewrite', 'relaxes']
  .map((rule) => `-- interphase: despite ${rule} because it is what this is about\n`)
  .join('')

describe('counters that a migration sets on MySQL and MariaDB', () => {
  after(removeProjects)

  onServers(BOTH, (server) => {
    it('are effects that expand refuses, each by its name', async () => {
      const cases = SETS.filter(([on]) => on.includes(server))
      const files = cases.map(([, text], index) => [`r2/${100 + index}-it.expand.sql`, `${text};`])
      const chain = await recordedOn(server, {
        'r1/010-base.expand.sql': server === 'mariadb' ? `${COUNTERS}\n${SEQUENCES}` : COUNTERS,
        ...Object.fromEntries(files),
      })
      const { findings } = await (await chain.open()).check()
      const told = cases.map(([, text], index) => {
        const own = findings.filter(({ migration, facts }) => migration === `r2/${100 + index}-it.expand` && facts['effect'] === 'opaque')
        return [text, ...own.flatMap(({ object }) => (object === undefined || /procedure|function/.test(object) ? [] : [object]))]
      })
      expect(told).to.deep.equal(cases.map(([, ...rest]) => rest))
    })
  })
})

describe('rules that the server does not check while a migration writes', () => {
  after(removeProjects)

  onServers(BOTH, (server) => {
    it('are named, with the switch, and asked for before the run', async () => {
      const cases = BREAKS.filter(([on]) => on.includes(server)).map((one, index) => ({ one, at: index }))
      const named = (text: string, at: number) =>
        text
          .replaceAll(/\b(FROM|UPDATE|INTO|TABLE|REFERENCES|of|table) (p|k|alone|e)\b/g, `$1 $2_${at}`)
          .replaceAll(/\bcolumn k\b/g, `column k_${at}`)
      const base = cases.map(({ at }) => named(RULES, at).replaceAll(/\b(k_p|k_q|positive)\b/g, `$1_${at}`))
      const contracts = cases.map(({ one: [, text], at }) => [`r2/${100 + at}-it.contract.sql`, `${DESPITE}${named(text, at)};`])
      const chain = await recordedOn(server, { 'r1/010-base.expand.sql': base.join('\n'), ...Object.fromEntries(contracts) })
      await chain.up({ to: 'r1' })
      const { facts } = await rejected(chain.up({ confirmed: false }), 'phase.unconfirmed')
      const told = cases.map(({ one: [, text], at }) => [
        text,
        ...facts.destroys.filter((line) => new RegExp(`^\\w+ \\w+_${at}\\b`).test(line)),
      ])
      for (const [
        index,
        {
          one: [, text, ...lines],
          at,
        },
      ] of cases.entries()) {
        const [, ...found] = told[index] ?? []
        const wanted = lines.map((line) => named(line, at))
        expect(found.length, `${text}: ${found.join(' | ')}`).to.equal(wanted.length)
        for (const line of wanted)
          expect(
            found.some((one) => one.startsWith(line)),
            `${text}: ${found.join(' | ')} instead of ${line}`,
          ).to.equal(true)
      }
    })
  })
})

/** What a prepared statement does is an effect of its EXECUTE. */
const PREPARED: readonly (readonly [text: string, ...told: readonly string[]])[] = [
  ["PREPARE x FROM 'DROP TABLE p'; EXECUTE x", 'removes table p'],
  ["PREPARE x FROM 'DROP TABLE p'; SELECT 1"],
  ["PREPARE x FROM 'RENAME TABLE p TO q'; EXECUTE x", 'removes table p'],
  ["PREPARE x FROM 'RENAME TABLE p TO q'; SELECT 1"],
]

describe('a statement that is prepared on MySQL and MariaDB', () => {
  after(removeProjects)

  onServers(BOTH, (server) => {
    for (const [text, ...told] of PREPARED) {
      it(`has its effects when it is executed: ${text}`, async () => {
        const chain = await recordedOn(server, {
          'r1/010-base.expand.sql': 'CREATE TABLE p (id int PRIMARY KEY, a int);',
          'r2/010-it.expand.sql': `${text};`,
        })
        const { findings } = await (await chain.open()).check()
        const found = findings.filter(({ code }) => code === 'policy.refuses')
        expect(found.map(({ facts, object }) => `${String(facts['effect'])} ${object ?? ''}`)).to.deep.equal(told)
      })
    }

    it('or called can be written out where a call leaves the schema as it was, as the error says', async () => {
      const body = 'ALTER TABLE p ADD x int NULL;\nALTER TABLE p DROP COLUMN x;'
      const chain = await chainOn(server, {
        'r1/010-base.expand.sql': 'CREATE TABLE p (id int PRIMARY KEY, a int);',
        'r2/010-it.expand.sql': `DELIMITER //\nCREATE PROCEDURE q() BEGIN ${body} END//\nDELIMITER ;\nCALL q();\nDROP PROCEDURE q;`,
      })
      const { remedy } = await rejected(chain.record(), 'migration.committed')
      expect(remedy).to.include('If a routine that releases/r2/010-it.expand.sql calls commits: write the statements of the routine into')
      chain.put({ 'r2/010-it.expand.sql': body })
      await chain.record()
      await chain.up()
      expect((await chain.status()).schema).to.equal('as planned')
    })
  })
})
