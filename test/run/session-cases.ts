import type { DialectName } from '../../src/schema/object.ts'
import type { Files } from '../support/chain.ts'

const BASE: Files = {
  '1-base/010-item.expand.sql':
    'CREATE TABLE item (id integer PRIMARY KEY, name varchar(5), n integer, m integer, k integer);\nCREATE TABLE made (id integer PRIMARY KEY, what varchar(40));',
  '1-base/020-entry.expand.postgres.sql': 'CREATE TABLE entry (id serial PRIMARY KEY, what text);',
  '1-base/020-entry.expand.mysql.sql': 'CREATE TABLE entry (id integer AUTO_INCREMENT PRIMARY KEY, what varchar(40));',
}

export const ROWS = ["INSERT INTO item (id, name) VALUES (1, 'cup'), (2, 'jug'), (3, 'pot')"]

// Each file begins with a statement that commits by itself, so that the ones behind it have their own commits, too.
const MYSQL: Files = {
  '3-restored/010-variables.migrate.sql': `CREATE INDEX item_n ON item (n);
SET @base := 100;
SET @step = 10, @word = concat('a', 'b');
UPDATE item SET n = @base + id * @step;
SET @base = NULL;
UPDATE item SET name = @word, m = coalesce(@base, 7);`,
  '3-restored/020-settings.migrate.sql': `CREATE INDEX item_m ON item (m);
SET @OLD_MODE = @@SQL_MODE, SQL_MODE = '', time_zone = '+05:00';
INSERT INTO item (id, name) VALUES (9, 'far too long');
INSERT INTO made (id, what) VALUES (1, from_unixtime(0)), (2, @@sql_mode);
SET SQL_MODE = @OLD_MODE;
INSERT INTO made (id, what) VALUES (3, @@time_zone);`,
  '2-asked/080-over.migrate.sql': `CREATE INDEX item_k ON item (k);
CREATE TEMPORARY TABLE picked_over AS SELECT id FROM item WHERE id > 1;
DROP TEMPORARY TABLE picked_over;
UPDATE item SET k = 1;
SELECT max(id) INTO @unused FROM item;
UPDATE item SET k = 2 WHERE id = 1;`,
  '3-restored/040-back.migrate.sql': `-- interphase: rerunnable
CREATE INDEX item_kn ON item (k, n);
CREATE TEMPORARY TABLE picked_back AS SELECT id FROM item WHERE id > 1;
UPDATE item SET k = 5 WHERE id IN (SELECT id FROM picked_back);
UPDATE item SET n = 6 WHERE id IN (SELECT id FROM picked_back);`,
  '2-asked/030-counter.migrate.sql': `CREATE INDEX item_c ON item (name);
SET @base := 100;
UPDATE item SET n = (@base := @base + 1) ORDER BY id;
UPDATE item SET m = @base + id;`,
  '2-asked/040-temporary.migrate.sql': `CREATE INDEX item_t ON item (name, id);
CREATE TEMPORARY TABLE picked (id integer PRIMARY KEY);
INSERT INTO picked SELECT id FROM item WHERE id > 1;
UPDATE item SET m = 1 WHERE id IN (SELECT id FROM picked);`,
  '2-asked/050-asked.migrate.sql': `CREATE INDEX item_a ON item (name, n);
INSERT INTO entry (what) VALUES ('first');
UPDATE item SET m = 3 WHERE id = 1;
INSERT INTO made (id, what) SELECT 50, what FROM entry WHERE id = LAST_INSERT_ID();
DELETE FROM entry;`,
  '2-asked/060-prepared.migrate.sql': `CREATE INDEX item_p ON item (name, k);
PREPARE put FROM 'INSERT INTO made (id, what) VALUES (?, ?)';
SET @a = 20, @b = 'put';
EXECUTE put USING @a, @b;
SET @a = 21;
EXECUTE put USING @a, @b;
DEALLOCATE PREPARE put;
UPDATE item SET m = 8;`,
  '2-asked/090-lock.migrate.sql': `CREATE INDEX item_l ON item (m, name);
DO GET_LOCK(DATABASE(), 5);
UPDATE item SET m = IS_USED_LOCK(DATABASE()) = CONNECTION_ID();
INSERT INTO made (id, what) VALUES (90, 'ninety');
UPDATE item SET k = IS_USED_LOCK(DATABASE()) = CONNECTION_ID();`,
  '2-asked/070-read.migrate.sql': `CREATE INDEX item_r ON item (name, m);
SELECT max(id) INTO @top FROM item;
INSERT INTO made (id, what) VALUES (70, 'seventy');
UPDATE item SET m = @top;`,
}

const POSTGRES: Files = {
  '3-restored/010-settings.migrate.sql': `-- interphase: transaction off
SET app.base = '100';
SELECT pg_catalog.set_config('app.step', '10', false), set_config('app.word', 'ab', false);
UPDATE item SET n = current_setting('app.base')::int + id * current_setting('app.step')::int;
SET app.base TO DEFAULT;
UPDATE item SET name = current_setting('app.word'), m = coalesce(nullif(current_setting('app.base', true), '')::int, 7);`,
  '3-restored/020-path.migrate.sql': `CREATE INDEX CONCURRENTLY item_m ON item (m);
SET search_path = pg_catalog;
SET TimeZone = 'Asia/Karachi';
INSERT INTO public.made (id, what) VALUES (1, to_timestamp(0)::text), (2, current_setting('search_path'));
RESET search_path;
INSERT INTO made (id, what) VALUES (3, current_setting('TimeZone'));`,
  '3-restored/030-prepared.migrate.sql': `-- interphase: transaction off
PREPARE put (integer, text) AS INSERT INTO made (id, what) VALUES ($1, $2);
EXECUTE put (20, 'put');
EXECUTE put (21, 'put');
DEALLOCATE put;
UPDATE item SET k = 2;`,
  '2-asked/080-over.migrate.sql': `-- interphase: transaction off
CREATE TEMPORARY TABLE picked_over AS SELECT id FROM item WHERE id > 1;
DROP TABLE picked_over;
UPDATE item SET k = 1;
UPDATE item SET k = 2 WHERE id = 1;`,
  '3-restored/050-back.migrate.sql': `-- interphase: transaction off
-- interphase: rerunnable
CREATE TEMPORARY TABLE picked_back AS SELECT id FROM item WHERE id > 1;
UPDATE item SET k = 5 WHERE id IN (SELECT id FROM picked_back);
UPDATE item SET n = 6 WHERE id IN (SELECT id FROM picked_back);`,
  '2-asked/030-block.migrate.sql': `-- interphase: transaction off
DO $$ BEGIN PERFORM set_config('app.n', (SELECT count(*) FROM item)::text, false); END $$;
UPDATE item SET n = current_setting('app.n')::int;
UPDATE item SET m = current_setting('app.n')::int + id;`,
  '2-asked/040-temporary.migrate.sql': `-- interphase: transaction off
CREATE TEMPORARY TABLE picked (id integer PRIMARY KEY);
INSERT INTO picked SELECT id FROM item WHERE id > 1;
UPDATE item SET m = 1 WHERE id IN (SELECT id FROM picked);`,
  '2-asked/050-asked.migrate.sql': `-- interphase: transaction off
INSERT INTO entry (what) VALUES ('first');
UPDATE item SET m = 3 WHERE id = 1;
INSERT INTO made (id, what) SELECT 50, what FROM entry WHERE id = currval('entry_id_seq');
DELETE FROM entry;`,
  '2-asked/060-cursor.migrate.sql': `-- interphase: transaction off
DECLARE picked_cursor CURSOR WITH HOLD FOR SELECT id FROM item ORDER BY id;
MOVE FORWARD 1 FROM picked_cursor;
UPDATE item SET m = 8;
FETCH NEXT FROM picked_cursor;`,
  '2-asked/090-lock.migrate.sql': `-- interphase: transaction off
SELECT pg_advisory_lock(4711);
UPDATE item SET m = (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory' AND objid = 4711);
INSERT INTO made (id, what) VALUES (90, 'ninety');
UPDATE item SET k = (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory' AND objid = 4711);`,
  '2-asked/070-read.migrate.sql': `-- interphase: transaction off
SELECT set_config('app.top', (SELECT max(id) FROM item)::text, false);
INSERT INTO made (id, what) VALUES (70, 'seventy');
UPDATE item SET m = current_setting('app.top')::int;`,
}

/**
 * Files with a statement that uses what an earlier statement left in the session, and that waits where the application locks row 2 of
 * `item`. The number of this statement counts from 0. `isRestored` says whether a new session can have the same state.
 */
export interface WaitingCase {
  readonly what: string
  readonly text: string
  readonly statement: number
  readonly isRestored: boolean
}

const WAITING_MYSQL: readonly WaitingCase[] = [
  {
    what: 'reads a variable',
    text: `CREATE INDEX made_what ON made (what);
SET @seat := 40, @row = 'r';
UPDATE item SET n = @seat + id, name = concat(@row, id);
UPDATE item SET m = @seat;`,
    statement: 2,
    isRestored: true,
  },
  {
    what: 'counts in a variable',
    text: `CREATE INDEX made_what ON made (what);
SET @seat := 40;
UPDATE item SET n = (@seat := @seat + 2) ORDER BY id;
UPDATE item SET m = @seat;`,
    statement: 2,
    isRestored: true,
  },
  {
    what: 'reads what another statement counted',
    text: `CREATE INDEX made_what ON made (what);
SET @seat := 40;
UPDATE item SET n = (@seat := @seat + 2) WHERE id = 1;
UPDATE item SET m = @seat;`,
    statement: 3,
    isRestored: false,
  },
  {
    what: 'reads a temporary table',
    text: `CREATE INDEX made_what ON made (what);
CREATE TEMPORARY TABLE chosen (id int);
INSERT INTO chosen VALUES (1), (2);
UPDATE item SET n = 1 WHERE id IN (SELECT id FROM chosen);`,
    statement: 3,
    isRestored: false,
  },
]

const WAITING_POSTGRES: readonly WaitingCase[] = [
  {
    what: 'reads a setting',
    text: `-- interphase: transaction off
SET app.seat = '40';
UPDATE item SET n = nullif(current_setting('app.seat', true), '')::int + id;
UPDATE item SET m = nullif(current_setting('app.seat', true), '')::int;`,
    statement: 1,
    isRestored: true,
  },
  {
    what: 'counts in a setting',
    text: `-- interphase: transaction off
SET app.seat = '40';
UPDATE item SET n = set_config('app.seat', (current_setting('app.seat')::int + 2)::text, false)::int;
UPDATE item SET m = nullif(current_setting('app.seat', true), '')::int;`,
    statement: 1,
    isRestored: true,
  },
  {
    what: 'reads a temporary table',
    text: `-- interphase: transaction off
CREATE TEMPORARY TABLE chosen AS SELECT id FROM item WHERE id < 3;
UPDATE item SET n = 1 WHERE id IN (SELECT id FROM chosen);`,
    statement: 1,
    isRestored: false,
  },
]

export function waitingCases(dialect: DialectName): readonly WaitingCase[] {
  return dialect === 'postgres' ? WAITING_POSTGRES : WAITING_MYSQL
}

/** Files that leave something in their session. What stands in `3-restored` can be continued at every point. */
export function sessionFiles(dialect: DialectName): Files {
  return { ...BASE, ...(dialect === 'postgres' ? POSTGRES : MYSQL) }
}
