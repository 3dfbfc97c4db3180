import type { ServerName } from '../support/servers.ts'

type Caught = 'statement.refused' | 'statement.veiled' | 'migration.trespass' | 'migration.destructive-method'

/** What becomes of a hostile release. */
export type Outcome =
  /** Refused as it is read, by record, check and every run: nothing is sent to any server. */
  | { readonly is: 'refused'; readonly says: RegExp }
  /** Refused by record, when a shadow shows what it would do; what it did there is rolled back. */
  | { readonly is: 'caught'; readonly code: Caught; readonly says: RegExp }
  /** Recorded, and stopped on the target before it can do anything there. */
  | { readonly is: 'stopped'; readonly code: 'statement.stranger' | 'migration.trespass'; readonly names: string }
  /** Asked for, with the loss named. */
  | { readonly is: 'asked'; readonly loss: string }
  /** `check` shows what it really does. */
  | { readonly is: 'shown'; readonly says: RegExp }

export interface Hostile {
  /** The file, from its phase on: `expand.sql`, `contract.mjs`. */
  readonly file: string
  readonly text: string
  readonly outcome: Outcome
}

const refused = (text: string, says: RegExp): Hostile => ({ file: 'expand.sql', text, outcome: { is: 'refused', says } })
const stranger = (text: string, names: string, file = 'expand.sql'): Hostile => ({
  file,
  text,
  outcome: { is: 'stopped', code: 'statement.stranger', names },
})
const trespass = (text: string, names: string, file = 'expand.sql'): Hostile => ({
  file,
  text,
  outcome: { is: 'stopped', code: 'migration.trespass', names },
})
const caught = (text: string, code: Caught, says: RegExp, file = 'expand.sql'): Hostile => ({
  file,
  text,
  outcome: { is: 'caught', code, says },
})
const asked = (text: string, loss: string): Hostile => ({ file: 'contract.sql', text, outcome: { is: 'asked', loss } })
const shown = (text: string, says: RegExp, file = 'expand.sql'): Hostile => ({ file, text, outcome: { is: 'shown', says } })

const up = (body: string) => `export async function up({ context: q }) {\n${body}\n}\n`
const ifThere = (table: string, writing: string) =>
  up(`  if (await q.tableExists('${table}')) await q.sequelize.query(${JSON.stringify(writing)})\n  await q.sequelize.query('SELECT 1')`)

/** Executes this text where the query finds something. */
const executes = (query: string, text: string) => `DO $$ BEGIN IF EXISTS (SELECT ${query}) THEN EXECUTE '${text}'; END IF; END $$`

/** Drops what the catalog shows: nothing on a shadow. */
const loopsOver = (catalog: string, what: string, where: string) =>
  `DO $$ BEGIN IF EXISTS (SELECT FROM ${catalog} WHERE ${where}) THEN EXECUTE 'DROP ' || '${what}'; END IF; END $$`

// Loaded, a function's file is not enough to know what it sends: the shadow shows it.
const POSTGRES: readonly Hostile[] = [
  refused('DROP DATABASE IF EXISTS elsewhere', /works only in the migrated database/),
  refused('CREATE DATABASE mine', /works only in the migrated database/),
  refused('ALTER DATABASE elsewhere RENAME TO mine', /works only in the migrated database/),
  refused('ALTER DATABASE elsewhere SET work_mem = 1', /works only in the migrated database/),
  refused('DROP ROLE IF EXISTS somebody', /Roles belong/),
  refused('ALTER ROLE somebody NOLOGIN', /Roles belong/),
  refused('GRANT pg_read_all_data TO somebody', /Roles belong/),
  refused("DO $$ BEGIN EXECUTE format('DROP ROLE %I', 'somebody'); END $$", /Roles belong/),
  ...[
    'SELECT f()',
    'DO $$ BEGIN PERFORM f(); END $$',
    "DO $$ BEGIN EXECUTE 'SELECT ' || 'f()'; EXECUTE 'SELECT f()'; END $$",
    'CREATE FUNCTION g() RETURNS void LANGUAGE sql AS $$ SELECT f() $$; SELECT g()',
    'CREATE FUNCTION g() RETURNS void BEGIN ATOMIC SELECT f(); END; SELECT g()',
    'CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM f(); RETURN NEW; END $$; CREATE TRIGGER t AFTER INSERT ON item FOR EACH ROW EXECUTE FUNCTION g()',
    'CREATE VIEW v AS SELECT f()',
  ].map((call) =>
    caught(
      `CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER ROLE somebody NOLOGIN; END $$; ${call}`,
      'statement.refused',
      /call of f\(\).*Roles belong/,
    ),
  ),
  caught(
    "CREATE FUNCTION f(who name) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DROP ROLE ' || who; END $$; SELECT f('somebody')",
    'statement.refused',
    /call of f\(name\).*Roles belong/,
  ),
  refused("CREATE TABLESPACE s LOCATION '/tmp'", /whole server/),
  refused('ALTER TABLE ALL IN TABLESPACE pg_default SET TABLESPACE s', /tables of other projects/),
  refused("ALTER SYSTEM SET log_statement = 'all'", /whole server/),
  refused('SELECT pg_reload_conf()', /whole server/),
  refused('SELECT pg_terminate_backend(pid) FROM pg_stat_activity', /other sessions/),
  refused('DO $$ BEGIN PERFORM pg_cancel_backend(1); END $$', /other sessions/),
  refused("SELECT dblink_exec('dbname=elsewhere', 'DROP TABLE guest')", /another database/),
  refused("CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (dbname 'elsewhere')", /another server/),
  refused('IMPORT FOREIGN SCHEMA public FROM SERVER s INTO public', /another server/),
  refused("CREATE SUBSCRIPTION s CONNECTION 'dbname=elsewhere' PUBLICATION p", /another server/),
  refused("SELECT pg_drop_replication_slot('theirs')", /replication/),
  refused("COPY item TO PROGRAM 'cat > /tmp/item'", /runs a program/),
  refused("COPY item TO '/tmp/item'", /to a file of the server or to a client/),
  refused("SELECT lo_export(1, '/tmp/x')", /files on the machine/),
  refused('SELECT lo_unlink(1)', /Large objects/),
  refused('SET session_replication_role = replica; DELETE FROM item', /switch off|does not fire/),
  refused("SELECT set_config('session_replication_role', 'replica', false)", /does not fire/),
  refused(
    'CREATE FUNCTION f() RETURNS void LANGUAGE sql SET session_replication_role = replica AS $$ DELETE FROM item $$',
    /does not fire/,
  ),
  refused('UPDATE pg_attribute SET atttypmod = 4 WHERE attrelid = 1', /catalog of the server/),
  refused('SELECT pg_advisory_unlock_all()', /lock of the run/),
  refused('DISCARD ALL', /lock of the run/),
  refused('DROP OWNED BY CURRENT_USER', /all objects of the role/),
  refused('REASSIGN OWNED BY somebody TO CURRENT_USER', /all objects of the role/),
  refused('SELECT * FROM elsewhere.public.guest', /database elsewhere/),
  refused('ALTER TABLE elsewhere.public.guest DROP COLUMN phone', /database elsewhere/),
  refused('DELETE FROM interphase_migration', /ledger/),
  refused('DROP TABLE IF EXISTS interphase_note', /ledger/),
  refused('CLUSTER', /other projects/),
  refused('VACUUM FULL', /other projects/),
  refused('VACUUM (VERBOSE, FULL, ANALYZE)', /other projects/),
  stranger('DROP TABLE IF EXISTS visits', 'table visits'),
  stranger('CREATE TABLE note (id int);\nDROP TABLE IF EXISTS parcel, visits CASCADE', 'table parcel'),
  stranger('ALTER TABLE IF EXISTS visits ADD COLUMN mine int', 'table visits'),
  stranger('CREATE TABLE IF NOT EXISTS visits (id int)', 'table visits'),
  stranger('CREATE OR REPLACE VIEW their_items AS SELECT id FROM item', 'view their_items'),
  stranger('DROP SEQUENCE IF EXISTS their_numbers', 'sequence their_numbers'),
  stranger('DROP INDEX IF EXISTS visits_who', 'index visits_who'),
  stranger('DROP TRIGGER IF EXISTS t ON visits', 'table visits'),
  stranger("DO $$ BEGIN IF to_regclass('visits') IS NOT NULL THEN DELETE FROM visits; END IF; END $$", 'table visits'),
  stranger(ifThere('visits', 'DROP TABLE visits'), 'table visits', 'expand.mjs'),
  stranger(ifThere('visits', 'UPDATE visits SET who = NULL'), 'table visits', 'expand.mjs'),
  stranger(up("  await q.dropTable('visits')"), 'table visits', 'expand.mjs'),
  trespass(
    "DO $$ DECLARE r record; BEGIN FOR r IN SELECT relname FROM pg_class WHERE relname LIKE 'visit%s' AND relkind = 'r' LOOP EXECUTE 'DROP TABLE ' || r.relname; END LOOP; END $$",
    'table visits',
  ),
  trespass(
    "-- interphase: despite writes-rows because it is tried\nDO $$ DECLARE r record; BEGIN FOR r IN SELECT relname FROM pg_class WHERE relname LIKE 'visit%s' AND relkind = 'r' LOOP EXECUTE 'DELETE FROM ' || r.relname; END LOOP; END $$",
    'table visits',
  ),
  refused(
    "DO $$ DECLARE s text; BEGIN FOR s IN SELECT relname FROM pg_class WHERE relkind = 'S' AND relname = 'their_numbers' LOOP PERFORM setval(s::regclass, 1); END LOOP; END $$",
    /known only at run time/,
  ),
  stranger('DROP EXTENSION IF EXISTS citext CASCADE', 'extension citext'),
  stranger('DROP PUBLICATION IF EXISTS their_news', 'publication their_news'),
  trespass(
    "DO $$ DECLARE r record; BEGIN FOR r IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' LOOP EXECUTE 'DROP EXTENSION ' || r.extname; END LOOP; END $$",
    'extension citext',
  ),
  trespass(loopsOver('pg_operator', 'OPERATOR nearby.=== (int, int)', "oprname = '==='"), 'operator nearby.===(integer, integer)'),
  trespass(loopsOver('pg_cast', 'CAST (text AS nearby.mood)', 'oid >= 16384'), 'cast text as nearby.mood'),
  trespass(
    loopsOver('pg_opclass', 'OPERATOR CLASS nearby.whole USING hash', "opcname = 'whole'"),
    'operator class nearby.whole using hash',
  ),
  trespass(
    loopsOver('pg_opfamily', 'OPERATOR FAMILY nearby.whole USING hash CASCADE', "opfname = 'whole'"),
    'operator family nearby.whole using hash',
  ),
  trespass(loopsOver('pg_ts_parser', 'TEXT SEARCH PARSER nearby.words', "prsname = 'words'"), 'text search parser nearby.words'),
  trespass(loopsOver('pg_am', 'ACCESS METHOD pile', "amname = 'pile'"), 'access method pile'),
  trespass(
    executes("oid FROM pg_type WHERE typname = 'mood'", "ALTER TYPE nearby.mood RENAME VALUE ''good'' TO ''bad''"),
    'type nearby.mood',
  ),
  trespass(executes("oid FROM pg_type WHERE typname = 'age'", 'ALTER DOMAIN nearby.age DROP CONSTRAINT grown'), 'type nearby.age'),
  trespass(
    executes("oid FROM pg_type WHERE typname = 'age'", 'ALTER DOMAIN nearby.age ADD CONSTRAINT old CHECK (VALUE > 1)'),
    'type nearby.age',
  ),
  trespass(
    executes("oid FROM pg_proc WHERE proname = 'total'", "COMMENT ON FUNCTION nearby.total(int) IS ''mine''"),
    'function nearby.total(integer)',
  ),
  trespass(executes('oid FROM pg_largeobject_metadata', "SELECT lo_un' || 'link(4711)"), 'large objects'),
  trespass('DROP CAST IF EXISTS (text AS nearby.mood)', 'cast text as nearby.mood', 'contract.sql'),
  stranger('DROP SCHEMA IF EXISTS nearby CASCADE', 'schema nearby'),
  stranger('DROP TABLE IF EXISTS nearby.customer', 'table nearby.customer'),
  stranger('DROP FUNCTION IF EXISTS nearby.total(int)', 'function nearby.total(integer)'),
  stranger('DROP TYPE IF EXISTS nearby.mood', 'type nearby.mood'),
  stranger('SET search_path = nearby, public;\nDROP TABLE IF EXISTS nearby.customer, customer', 'table nearby.customer'),
  trespass('SET search_path = nearby, public;\nDROP TABLE IF EXISTS customer', 'table nearby.customer'),
  caught(
    "DO $$ DECLARE s text := 'CRE' || 'ATE ROLE interphase_hostile'; BEGIN EXECUTE s; END $$",
    'migration.trespass',
    /a role of the server/,
  ),
  caught(
    "DO $$ DECLARE s text := 'AL' || 'TER ROLE CURRENT_USER SET work_mem = 64'; BEGIN EXECUTE s; END $$",
    'migration.trespass',
    /the settings of a role/,
  ),
  caught(
    up("  await q.sequelize.query('DROP DATABASE IF EXISTS elsewhere')"),
    'statement.refused',
    /works only in the migrated database/,
    'expand.mjs',
  ),
  caught(up("  await q.dropDatabase('elsewhere')"), 'migration.destructive-method', /changes only its own database/, 'expand.mjs'),
  caught(
    `// interphase: transaction off\n${up("  await q.sequelize.query('DROP TABLE IF EXISTS price2 CASCADE')")}`,
    'statement.veiled',
    /price2/,
    'expand.mjs',
  ),
  trespass('ALTER TABLE item DROP COLUMN name CASCADE', 'view their_items', 'contract.sql'),
  trespass('-- interphase: despite writes-rows because it is tried\nDELETE FROM item WHERE id = 1', 'table visits', 'contract.sql'),
  trespass('-- interphase: despite writes-rows because it is tried\nTRUNCATE item CASCADE', 'table visits', 'contract.sql'),
  trespass('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC', 'table visits', 'contract.sql'),
  asked('DROP TABLE price', 'table price (1 row)'),
  asked('ALTER TABLE price DROP COLUMN amount', 'column price.amount (1 value)'),
  shown('DROP TABLE price', /expand refuses the effect "removes"/),
  shown('TRUNCATE price', /expand refuses the effect "writes-rows"/),
  shown('DO $$ BEGIN DELETE FROM price; END $$', /expand refuses the effect "writes-rows"/),
  shown("DO $$ BEGIN EXECUTE 'DROP ' || 'TABLE price'; END $$", /expand refuses the effect "removes"/),
]

const CALL_ELSEWHERE = 'CALL elsewhere.p()'
const SELECT_ELSEWHERE = 'SELECT elsewhere.f()'
const OF_THE_SERVER: readonly string[] = [CALL_ELSEWHERE, SELECT_ELSEWHERE]

const MYSQL: readonly Hostile[] = [
  refused('DROP DATABASE IF EXISTS elsewhere', /works only in the migrated database/),
  refused('/*!50000 DROP DATABASE elsewhere */', /works only in the migrated database/),
  refused('CREATE DATABASE mine', /works only in the migrated database/),
  refused('USE elsewhere', /another database than the migrated one/),
  refused('ALTER TABLE elsewhere.guest DROP COLUMN phone', /database elsewhere/),
  refused('DELETE FROM elsewhere . /* theirs */ `guest`', /database elsewhere/),
  refused('DELETE item FROM item, elsewhere.guest', /database elsewhere/),
  refused('UPDATE item JOIN elsewhere.guest c ON c.id = item.id SET item.name = c.phone', /database elsewhere/),
  refused('INSERT INTO item (id, name) SELECT id, phone FROM elsewhere.guest', /database elsewhere/),
  refused('RENAME TABLE item TO elsewhere.item', /database elsewhere/),
  refused('ALTER TABLE item RENAME elsewhere.item', /database elsewhere/),
  refused('CREATE TABLE mine LIKE elsewhere.guest', /database elsewhere/),
  refused('CREATE VIEW v AS SELECT phone FROM elsewhere.guest', /database elsewhere/),
  refused('CREATE TABLE c (id int, FOREIGN KEY (id) REFERENCES elsewhere.guest (id))', /database elsewhere/),
  refused('CREATE TRIGGER t AFTER INSERT ON item FOR EACH ROW DELETE FROM elsewhere.guest', /database elsewhere/),
  refused('CREATE PROCEDURE p() DELETE FROM elsewhere.guest', /database elsewhere/),
  refused('CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DROP DATABASE elsewhere', /works only in the migrated database/),
  refused(CALL_ELSEWHERE, /database elsewhere/),
  refused(SELECT_ELSEWHERE, /database elsewhere/),
  refused('TRUNCATE elsewhere.guest', /database elsewhere/),
  refused('DROP TABLE IF EXISTS item2, elsewhere.guest', /database elsewhere/),
  refused("PREPARE s FROM 'DELETE FROM elsewhere.guest'", /database elsewhere/),
  refused("EXECUTE IMMEDIATE 'DROP DATABASE elsewhere'", /works only in the migrated database/),
  refused("UPDATE mysql.user SET plugin = ''", /database mysql/),
  refused('SET GLOBAL max_connections = 1', /whole server/),
  refused('SET @@GLOBAL.max_connections = 1', /whole server/),
  refused('SET SQL_LOG_BIN = 0', /--set-gtid-purged/),
  refused('FLUSH TABLES WITH READ LOCK', /blocks all databases/),
  refused('KILL 1', /other sessions/),
  refused('SHUTDOWN', /whole server/),
  refused('RESET MASTER', /replication/),
  refused('PURGE BINARY LOGS BEFORE now()', /replication/),
  refused("INSTALL PLUGIN p SONAME 'p.so'", /whole server/),
  refused("CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'x')", /another server/),
  refused("CREATE TABLE far (id int) ENGINE=FEDERATED CONNECTION='mysql://x/y/z'", /another server/),
  refused('DROP USER somebody', /Accounts/),
  refused('GRANT ALL ON *.* TO somebody', /Accounts/),
  refused('CREATE EVENT e ON SCHEDULE AT now() DO DELETE FROM item', /before the engine reads the schema/),
  refused(
    'CREATE EVENT e ON SCHEDULE AT CURRENT_TIMESTAMP + INTERVAL 1 SECOND ON COMPLETION PRESERVE DO DELETE FROM item',
    /on every database/,
  ),
  refused('UPDATE /*+ SET_VAR(foreign_key_checks = 0) */ item SET id = id + 100', /SET_VAR in a hint/),
  shown("CREATE EVENT e ON SCHEDULE AT '2037-01-01 00:00:00' DO DELETE FROM item", /expand refuses the effect "opaque"/),
  refused('ALTER TABLE item DISCARD TABLESPACE', /drops all rows/),
  refused('ALTER TABLE item DISCARD PARTITION p0 TABLESPACE', /drops all rows/),
  refused("SELECT name INTO OUTFILE '/tmp/x' FROM item", /file on the machine/),
  refused("LOAD DATA LOCAL INFILE '/etc/hosts' INTO TABLE item", /file of the client/),
  refused("XA START 'a'", /outlives its session/),
  refused('SELECT RELEASE_ALL_LOCKS()', /lock of the run/),
  refused('DELETE FROM interphase_migration', /ledger/),
  refused('DROP TABLE IF EXISTS interphase_note', /ledger/),
  stranger('DROP TABLE IF EXISTS visits', 'table visits'),
  stranger('CREATE TABLE note (id int);\nDROP TABLE IF EXISTS parcel', 'table parcel'),
  stranger('CREATE TABLE IF NOT EXISTS visits (id int)', 'table visits'),
  stranger('CREATE OR REPLACE VIEW their_items AS SELECT id FROM item', 'view their_items'),
  stranger('DROP TRIGGER IF EXISTS their_trigger', 'trigger their_trigger'),
  stranger('DROP PROCEDURE IF EXISTS their_procedure', 'procedure their_procedure'),
  stranger(ifThere('visits', 'DROP TABLE visits'), 'table visits', 'expand.mjs'),
  stranger(ifThere('visits', 'UPDATE visits SET who = NULL'), 'table visits', 'expand.mjs'),
  stranger(up("  await q.dropTable('visits')"), 'table visits', 'expand.mjs'),
  stranger('SET sql_mode = \'ANSI_QUOTES\';\nDROP TABLE IF EXISTS "visits"', 'table visits'),
  stranger(`SET sql_mode = 'ANSI';\nPREPARE s FROM 'DROP TABLE IF EXISTS "visits"';\nEXECUTE s;`, 'table visits'),
  shown('SET sql_mode = \'ANSI\';\nALTER TABLE "price" DROP COLUMN "amount";', /expand refuses the effect "removes"/),
  caught(
    "SET @m = CONCAT('NO_BACKSLASH', '_ESCAPES');\nSET sql_mode = @m;\nCREATE TABLE note (id int COMMENT '\\\\');",
    'statement.refused',
    /NO_BACKSLASH_ESCAPES is in force/,
  ),
  caught(
    "SET @c = CONCAT('g', 'bk');\nSET character_set_client = @c;\nPREPARE s FROM 'CREATE TABLE note (id int)';",
    'statement.refused',
    /character set gbk is in force/,
  ),
  caught(
    up('  await q.sequelize.query("SET sql_mode = \'ANSI\'")\n  await q.sequelize.query(\'DROP TABLE IF EXISTS "visits"\')'),
    'statement.refused',
    /names in backticks/,
    'expand.mjs',
  ),
  stranger("SET @s = 'DROP TABLE IF EXISTS visits';\nPREPARE s FROM @s;\nEXECUTE s;", 'table visits'),
  caught(
    "SET @s = CONCAT('DROP DATABASE IF EXISTS ', 'elsewhere');\nPREPARE s FROM @s;\nEXECUTE s;",
    'statement.refused',
    /works only in the migrated database/,
  ),
  caught(
    "SET @s = CONCAT('DELETE FROM ', 'elsewhere', '.guest');\nPREPARE s FROM @s;\nEXECUTE s;",
    'statement.refused',
    /database elsewhere/,
  ),
  caught(
    "DELIMITER //\nCREATE PROCEDURE p(IN t text) BEGIN SET @s = CONCAT('DROP TABLE ', t); PREPARE s FROM @s; EXECUTE s; END//\nDELIMITER ;\nCALL p('visits');",
    'statement.veiled',
    /CALL p/,
  ),
  caught(
    "DELIMITER //\nCREATE PROCEDURE p() BEGIN SET @s = CONCAT('DROP DATABASE ', 'elsewhere'); PREPARE s FROM @s; EXECUTE s; END//\nDELIMITER ;\nCALL p();",
    'statement.veiled',
    /CALL p/,
  ),
  caught(
    up(
      "  await q.sequelize.query(`SET @s = CONCAT('TRUNCATE ', 'elsewhere.guest')`)\n  await q.sequelize.query('PREPARE s FROM @s')\n  await q.sequelize.query('EXECUTE s')",
    ),
    'statement.refused',
    /database elsewhere/,
    'expand.mjs',
  ),
  caught(up("  await q.sequelize.query('CALL elsewhere.p()')"), 'statement.refused', /database elsewhere/, 'expand.mjs'),
  caught(
    up("  await q.sequelize.query('DROP DATABASE IF EXISTS elsewhere')"),
    'statement.refused',
    /works only in the migrated database/,
    'expand.mjs',
  ),
  caught(up("  await q.dropDatabase('elsewhere')"), 'migration.destructive-method', /changes only its own database/, 'expand.mjs'),
  caught(up("  await q.sequelize.query('DELETE FROM elsewhere.guest')"), 'statement.refused', /database elsewhere/, 'expand.mjs'),
  stranger(
    "DELIMITER //\nCREATE PROCEDURE p() BEGIN IF EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'visits') THEN DELETE FROM visits; END IF; END//\nDELIMITER ;\nCALL p();",
    'table visits',
  ),
  stranger('-- interphase: despite writes-rows because it is tried\nDELETE FROM item WHERE id = 1', 'table visits', 'contract.sql'),
  stranger('-- interphase: despite writes-rows because it is tried\nUPDATE item SET id = id + 10', 'table visits', 'contract.sql'),
  stranger('-- interphase: despite writes-rows because it is tried\nREPLACE INTO item VALUES (1, NULL)', 'table visits', 'contract.sql'),
  stranger(up("  await q.bulkDelete('item', { id: 1 })"), 'table visits', 'migrate.mjs'),
  shown('UPDATE item SET name = upper(name)', /expand refuses the effect "writes-rows"/),
  caught('CREATE TEMPORARY TABLE item (id int);\nUPDATE price SET amount = 1', 'statement.refused', /hides the table item/),
  caught('CREATE TEMPORARY TABLE IF NOT EXISTS `price` AS SELECT 1 AS id', 'statement.refused', /hides the table price/),
  caught("PREPARE s FROM 'CREATE TEMPORARY TABLE item (id int)';\nEXECUTE s", 'statement.refused', /hides the table item/),
  caught(
    'DELIMITER //\nCREATE PROCEDURE p() BEGIN CREATE TEMPORARY TABLE item (id int); END//\nDELIMITER ;\nCALL p();',
    'statement.refused',
    /hides the table item/,
  ),
  caught('CREATE TEMPORARY TABLE note (id int);\nCREATE TABLE note (id int)', 'statement.refused', /hides the table note/),
  caught(
    up("  await q.sequelize.query('CREATE TEMPORARY TABLE item (id int)')"),
    'statement.refused',
    /hides the table item/,
    'expand.mjs',
  ),
  asked('DROP TABLE price', 'table price (1 row)'),
  asked('ALTER TABLE price DROP COLUMN amount', 'column price.amount (1 value)'),
  shown('DROP TABLE price', /expand refuses the effect "removes"/),
  shown('TRUNCATE price', /expand refuses the effect "writes-rows"/),
]

const MARIADB: readonly Hostile[] = [
  // Only the server shows whether the name stands for a package or for a database.
  ...MYSQL.filter(({ text }) => !OF_THE_SERVER.includes(text)),
  caught(CALL_ELSEWHERE, 'statement.refused', /database elsewhere/),
  caught(SELECT_ELSEWHERE, 'statement.refused', /database elsewhere/),
  caught("EXECUTE IMMEDIATE CONCAT('DROP ', 'DATABASE elsewhere')", 'statement.refused', /works only in the migrated database/),
  caught(
    "DELIMITER //\nBEGIN NOT ATOMIC SET @s = CONCAT('DELETE FROM ', 'elsewhere.guest'); EXECUTE IMMEDIATE @s; END//\nDELIMITER ;",
    'statement.veiled',
    /BEGIN NOT ATOMIC/,
  ),
  refused('/*M! DROP DATABASE elsewhere */', /works only in the migrated database/),
  refused('DELIMITER //\nBEGIN NOT ATOMIC DROP DATABASE elsewhere; END//\nDELIMITER ;', /works only in the migrated database/),
  refused('SET STATEMENT max_statement_time = 1 FOR DELETE FROM elsewhere.guest', /database elsewhere/),
  stranger('ALTER TABLE IF EXISTS visits ADD COLUMN mine int', 'table visits'),
  stranger('CREATE OR REPLACE TABLE visits (id int)', 'table visits'),
  stranger('DROP SEQUENCE IF EXISTS their_numbers', 'sequence their_numbers'),
]

export const HOSTILE: { readonly [S in ServerName]?: readonly Hostile[] } = { postgres: POSTGRES, mysql: MYSQL, mariadb: MARIADB }
