import { expect } from 'chai'
import type { RoutineOrTriggerBody } from '../../src/dialect/session-use.ts'
import { loadFileAnalyzer } from '../../src/dialects/open.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { decideSessionStateRestoration } from '../../src/work/recall.ts'

/** A file that is interrupted before its last statement: what is sent again, by number, or that a person is asked. */
type Case = readonly [
  dialect: DialectName,
  statements: readonly string[],
  recall: readonly number[] | 'asks',
  bodies?: readonly RoutineOrTriggerBody[],
]

const CASES: readonly Case[] = [
  ['mysql', ['INSERT INTO t VALUES (1)', 'UPDATE t SET a = 1'], []],
  ['mysql', ['SET @a := 1', 'UPDATE t SET a = @a'], [0]],
  ['mysql', ['SET @a = 1, @b = 2', "SET @`odd name` = 'x'", 'UPDATE t SET a = @A + @b'], [0, 1]],
  ['mysql', ['SET @a = 1', 'UPDATE t SET b = 1'], []],
  ['mysql', ['SET @a = 1', 'SET @a = 2'], []],
  ['mysql', ['SET @a = (SELECT max(id) FROM t)', 'UPDATE t SET a = @a'], 'asks'],
  ['mysql', ['SET @a = (SELECT max(id) FROM t)', 'UPDATE t SET b = 1'], []],
  ['mysql', ['SET @a = (SELECT max(id) FROM t)', 'SET @b = @a + 1', 'UPDATE t SET a = @b'], 'asks'],
  ['mysql', ['SET @a = (SELECT max(id) FROM t)', 'SET @a = 5', 'UPDATE t SET a = @a'], [1]],
  ['mysql', ['SET @a = uuid()', 'UPDATE t SET a = @a'], 'asks'],
  ['mysql', ['SET @a = now()', 'UPDATE t SET a = @a'], 'asks'],
  ['mysql', ['SET @a = @@global.max_connections', 'UPDATE t SET a = @a'], 'asks'],
  ['mysql', ['SET @a = 1', 'UPDATE t SET a = (@a := @a + 1)', 'UPDATE t SET b = @a'], 'asks'],
  ['mysql', ['SELECT max(id) INTO @a FROM t', 'UPDATE t SET a = @a'], 'asks'],
  ['mysql', ['SELECT id, name INTO @a, @b FROM t', 'UPDATE t SET a = @b'], 'asks'],
  ['mysql', ['SET @a = 1', 'INSERT INTO t VALUES (@a)', 'UPDATE t SET a = @a'], [0]],
  [
    'mysql',
    ['CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a = 1; INSERT INTO u VALUES (@a); END', 'CREATE TABLE v (a int)'],
    [],
  ],
  ['mysql', ['CREATE PROCEDURE p() BEGIN SELECT 1 INTO @a; SELECT get_lock("x", 1); END', 'SELECT @a'], []],
  ['mysql', ['SELECT @a := max(id) FROM t', 'UPDATE t SET a = @a'], 'asks'],
  ['mysql', ['SET @OLD = @@sql_mode, sql_mode = ANSI', 'UPDATE t SET a = 1'], [0]],
  ['mysql', ['/*!40101 SET NAMES utf8mb4 */', 'UPDATE t SET a = 1'], [0]],
  ['mysql', ['SET GLOBAL max_connections = 5', 'UPDATE t SET a = 1'], []],
  ['mysql', ['SET sql_mode = concat(@@sql_mode, ",ANSI")', 'UPDATE t SET a = 1'], [0]],
  ['mysql', ['SET SESSION sql_mode = (SELECT m FROM modes)', 'UPDATE t SET a = 1'], 'asks'],
  ['mysql', ['CREATE TEMPORARY TABLE x (a int)', 'INSERT INTO t SELECT a FROM X'], 'asks'],
  ['mysql', ['CREATE TEMPORARY TABLE IF NOT EXISTS `x` (a int)', 'DROP TEMPORARY TABLE x', 'UPDATE t SET a = 1'], []],
  ['mysql', ["PREPARE s FROM 'INSERT INTO t VALUES (?)'", 'EXECUTE s USING @a'], [0]],
  ['mysql', ["PREPARE s FROM 'SELECT 1'", 'EXECUTE s', 'DEALLOCATE PREPARE s', 'UPDATE t SET a = 1'], []],
  ['mysql', ["PREPARE s FROM 'SET @b = 1'", 'EXECUTE s', 'UPDATE t SET a = 1'], 'asks'],
  ['mysql', ['LOCK TABLES t WRITE', 'INSERT INTO t VALUES (1)'], 'asks'],
  ['mysql', ['LOCK TABLES t WRITE', 'UNLOCK TABLES', 'INSERT INTO t VALUES (1)'], []],
  ['mysql', ["SELECT get_lock('x', 1)", 'INSERT INTO t VALUES (1)'], 'asks'],
  ['mysql', ['INSERT INTO t VALUES (1)', 'INSERT INTO u VALUES (last_insert_id())'], 'asks'],
  ['mysql', ['DELETE FROM t', 'INSERT INTO u VALUES (row_count())'], 'asks'],
  ['mysql', ['SELECT SQL_CALC_FOUND_ROWS * FROM t LIMIT 1', 'INSERT INTO u VALUES (FOUND_ROWS())'], 'asks'],
  ['mysql', ['CALL p()', 'UPDATE t SET a = 1'], 'asks'],
  ['mysql', ['CALL p()', 'UPDATE t SET a = 1'], [], [{ name: 'p', text: 'BEGIN UPDATE t SET a = 2; END' }]],
  ['mysql', ['CALL p()', 'UPDATE t SET a = 1'], 'asks', [{ name: 'p', text: 'BEGIN SET @x = 2; END' }]],
  ['mysql', ['SET @off = (SELECT 1)', 'UPDATE t SET a = 1'], 'asks', [{ text: 'IF @off IS NULL THEN SET NEW.a = 1; END IF' }]],
  ['mysql', ['INSERT INTO t VALUES (1)', 'UPDATE t SET a = 1'], 'asks', [{ text: 'SET @seen = 1' }]],
  ['mariadb', ['BEGIN NOT ATOMIC SET @a = 1; END', 'UPDATE t SET a = @a'], 'asks'],
  ['mariadb', ['BEGIN NOT ATOMIC UPDATE t SET b = 1; END', 'UPDATE t SET a = 1'], []],
  ['postgres', ["SET app.x = 'a'", 'UPDATE t SET a = 1'], [0]],
  ['postgres', ["SET LOCAL app.x = 'a'", 'UPDATE t SET a = 1'], []],
  ['postgres', ['SET ROLE bob', 'UPDATE t SET a = 1'], [0]],
  ['postgres', ["SELECT pg_catalog.set_config('search_path', '', false)", 'UPDATE t SET a = 1'], [0]],
  ['postgres', ["SELECT set_config('a.b', '', true)", 'UPDATE t SET a = 1'], []],
  ['postgres', ["SELECT set_config('a.b', max(x), false) FROM t", 'UPDATE t SET a = 1'], 'asks'],
  ['postgres', ["INSERT INTO t SELECT set_config('a.b', 'x', false)", 'UPDATE t SET a = 1'], 'asks'],
  ['postgres', ['CREATE TEMP TABLE x (a int)', 'INSERT INTO t SELECT a FROM x'], 'asks'],
  ['postgres', ['SELECT 1 AS a INTO TEMP x', 'INSERT INTO t SELECT a FROM x'], 'asks'],
  ['postgres', ['CREATE TEMP TABLE x AS SELECT 1', 'DROP TABLE x', 'UPDATE t SET a = 1'], []],
  ['postgres', ['CREATE TABLE pg_temp.x (a int)', 'INSERT INTO t SELECT a FROM x'], 'asks'],
  ['postgres', ['CREATE TEMP VIEW x AS SELECT 1', 'INSERT INTO t SELECT * FROM x'], 'asks'],
  ['postgres', ['PREPARE p AS SELECT 1', 'EXECUTE p'], [0]],
  ['postgres', ['PREPARE p AS SELECT 1', 'DEALLOCATE p', 'UPDATE t SET a = 1'], []],
  ['postgres', ['DECLARE c CURSOR WITH HOLD FOR SELECT 1', 'FETCH c'], 'asks'],
  ['postgres', ['SELECT pg_advisory_lock(1)', 'UPDATE t SET a = 1'], 'asks'],
  ['postgres', ['SELECT pg_advisory_xact_lock(1)', 'UPDATE t SET a = 1'], []],
  ['postgres', ["SELECT nextval('s')", "INSERT INTO t SELECT currval('s')"], 'asks'],
  ['postgres', ['INSERT INTO t DEFAULT VALUES', 'INSERT INTO u SELECT lastval()'], 'asks'],
  ['postgres', ['SELECT setseed(0.5)', 'UPDATE t SET a = random()'], 'asks'],
  ['postgres', ["DO $$ BEGIN PERFORM set_config('a.b', 'x', false); END $$", 'UPDATE t SET a = 1'], 'asks'],
  ['postgres', ['DO $$ BEGIN SET a.b = 1; END $$', 'UPDATE t SET a = 1'], 'asks'],
  ['postgres', ['DO $$ BEGIN UPDATE t SET a = 1; END $$', 'UPDATE t SET a = 1'], []],
  ['postgres', ['SELECT f()', 'UPDATE t SET a = 1'], 'asks', [{ name: 'f', text: 'BEGIN CREATE TEMP TABLE x (a int); END' }]],
  ['postgres', ['UPDATE t SET b = 1', 'UPDATE t SET a = 1'], 'asks', [{ text: "PERFORM set_config('a.b', 'x', false);" }]],
]

describe('what a statement leaves in its session', () => {
  for (const [dialect, statements, expected, bodies = []] of CASES) {
    it(`${dialect}: ${statements.join('; ')}${bodies.length > 0 ? ` with ${bodies[0]?.text}` : ''}`, async () => {
      const uses = await (await loadFileAnalyzer(dialect)).sessionUses(statements, bodies)
      const never = () => false
      const recall = decideSessionStateRestoration(uses, statements.length - 1, bodies, never, (index) => `line ${index}`)
      expect(recall.way === 'ask' ? 'asks' : recall.replay, JSON.stringify(recall)).to.deep.equal(expected)
    })
  }

  const LISTED: readonly (readonly [dialect: DialectName, statements: readonly string[], lines: readonly string[]])[] = [
    [
      'postgres',
      ["SET app.base = '1'", 'PREPARE p AS SELECT 1', 'CREATE TEMP TABLE x (a int)', 'UPDATE t SET a = 2', 'UPDATE t SET a = 1 FROM x'],
      ['0: settings of the session', '1: the prepared statement p', '2: the temporary x'],
    ],
    [
      'postgres',
      ['CREATE TEMP TABLE x (a int)', 'INSERT INTO x SELECT a FROM t', 'UPDATE t SET a = 2', 'DELETE FROM t USING x'],
      ['0: the temporary x', '1: uses the temporary x'],
    ],
    [
      'postgres',
      ['CREATE TEMP TABLE x (a int)', 'CREATE TEMP TABLE y AS SELECT a FROM x', 'CREATE TEMP TABLE z (a int)', 'DELETE FROM t USING y'],
      ['0: the temporary x', '1: the temporary y'],
    ],
    [
      'postgres',
      ['CREATE TEMP TABLE x (a int)', 'DROP TABLE x', 'CREATE TEMP TABLE x (b int)', 'DELETE FROM t USING x'],
      ['2: the temporary x'],
    ],
    ['mysql', ['SET @a = (SELECT max(id) FROM t)', 'SET @b = @a + 1', "SET @c = 'x'", 'UPDATE t SET a = @b'], ['0: @a', '1: @b', '2: @c']],
    [
      'mysql',
      [
        'CREATE TEMPORARY TABLE x (a int)',
        'INSERT INTO x SELECT id FROM t',
        'UPDATE t SET a = 2',
        'DELETE FROM t WHERE id IN (SELECT a FROM x)',
      ],
      ['0: the temporary table x', '1: uses the temporary table x'],
    ],
  ]

  for (const [dialect, statements, lines] of LISTED) {
    it(`${dialect}: names every statement that restores the session: ${statements.join('; ')}`, async () => {
      const uses = await (await loadFileAnalyzer(dialect)).sessionUses(statements, [])
      const recall = decideSessionStateRestoration(uses, statements.length - 1, [], () => false, String)
      expect(recall).to.deep.equal({ way: 'ask', lost: lines })
    })
  }

  it('goes back to the first statement that must run again, where that may', async () => {
    const uses = await (await loadFileAnalyzer('mysql')).sessionUses(
      [
        'SET @a = 1',
        'INSERT INTO t VALUES (1)',
        'CREATE TEMPORARY TABLE x AS SELECT @a',
        'UPDATE t SET a = 1',
        'INSERT INTO t SELECT * FROM x',
      ],
      [],
    )
    const asked: number[] = []
    const recall = decideSessionStateRestoration(uses, 4, [], (from) => asked.push(from) > 0, String)
    expect(recall).to.deep.equal({ way: 'continue', from: 2, replay: [0] })
    expect(asked).to.deep.equal([2])
  })
})
