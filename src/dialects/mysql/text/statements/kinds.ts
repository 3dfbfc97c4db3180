import type { StatementKindJudgementWithReason } from '../../../../dialect/judgement.ts'
import type { FileStatement } from '../../../../dialect/statement.ts'
import type { MysqlToken } from '../lexer.ts'
import {
  REASON_AGAINST_ACCOUNT_CHANGE,
  REASON_AGAINST_BINARY_LOG_CHANGE,
  REASON_AGAINST_CLIENT_COMMAND,
  REASON_AGAINST_DATABASE_CHANGE,
  REASON_AGAINST_GLOBAL_LOCK,
  REASON_AGAINST_OTHER_SERVER,
  REASON_AGAINST_REPLICATION_CHANGE,
  REASON_AGAINST_SERVER_CHANGE,
  REASON_AGAINST_TABLESPACE,
} from './reasons.ts'

/** The properties of a kind of SQL statement: whether the engine allows or refuses the statement, and how the engine runs it. */
export interface MysqlStatementKind extends StatementKindJudgementWithReason {
  /**
   * The variants of the statement that the engine judges differently, such as ALTER TABLE with a certain clause. The engine uses
   * the first variant whose `when` returns true.
   */
  readonly forms?: readonly MysqlStatementKindVariant[]
  /** The behaviour of the statement in a transaction. The field is absent if the statement commits implicitly. */
  readonly manner?: FileStatement['manner']
  /**
   * True when the statement commits implicitly, does not change the schema, and has the same result when the engine sends it
   * twice.
   */
  readonly repeatable?: true
  /** True when a set-up file can contain the statement, although a migration must not. */
  readonly inSetup?: true
}

/** A variant of a kind of statement that the engine judges differently from the kind, such as ALTER TABLE with a certain clause. */
export interface MysqlStatementKindVariant extends StatementKindJudgementWithReason {
  readonly says: string
  readonly when: (words: readonly string[], tokens: readonly MysqlToken[]) => boolean
  readonly inSetup?: true
}

const state = (more: Partial<MysqlStatementKind> = {}): MysqlStatementKind => ({
  judged: 'state',
  because: 'The engine compares the schema before and after the statement, so the effects of the statement are known.',
  ...more,
})
const rows = (more: Partial<MysqlStatementKind> = {}): MysqlStatementKind => ({
  judged: 'observed',
  because: 'While the statement runs on a shadow, the server counts the rows that it writes, also through routines and triggers.',
  manner: 'atomic',
  ...more,
})
const harmless = (because: string, more: Partial<MysqlStatementKind> = {}): MysqlStatementKind => ({ judged: 'harmless', because, ...more })
const refused = (because: string, more: Partial<MysqlStatementKind> = {}): MysqlStatementKind => ({ judged: 'refused', because, ...more })
const form = (
  says: string,
  because: string,
  when: MysqlStatementKindVariant['when'],
  more: Partial<MysqlStatementKindVariant> = {},
): MysqlStatementKindVariant => ({
  says,
  judged: 'refused',
  because,
  when,
  ...more,
})

const READS = 'The statement only reads.'
const SESSION = 'The effect of the statement is limited to this session, and ends with the file.'
const GRANT = 'A comparison of schemas ignores privileges. REVOKE on an existing object has the effect `removes`.'
const MAINTENANCE = 'The statement changes neither the schema nor rows. The engine measures its price.'
const TRANSACTION = 'A file must not begin or end a transaction. In a function, these statements become savepoints.'
const BLOCK = 'The engine judges each statement inside this statement separately.'
const DYNAMIC = 'The engine reads the text of the prepared statement, and judges it before the server prepares it.'

const has =
  (...wanted: readonly string[]) =>
  (words: readonly string[]) =>
    wanted.every((word) => words.includes(word))
const GLOBAL = /^(?:GLOBAL|PERSIST|PERSIST_ONLY)$/
const HIDDEN_FROM_LOG =
  /^(?:SQL_LOG_BIN|GTID_NEXT|GTID_PURGED|SQL_LOG_OFF|PSEUDO_SLAVE_MODE|PSEUDO_REPLICA_MODE|GTID_DOMAIN_ID|GTID_SEQ_NO|SERVER_ID)$/
// Matches the variables that choose the storage engine of a table without an ENGINE clause, or that replace the storage engine of
// the clause.
const STORAGE_ENGINE = /^(?:(?:DEFAULT|DEFAULT_TMP|ENFORCE)_)?STORAGE_ENGINE$/
// Matches the storage engines whose tables store their rows on another server.
export const REMOTE_STORAGE_ENGINE_PATTERN = /^['"`]?(?:FEDERATED|CONNECT|SPIDER|NDB|NDBCLUSTER|S3|SPHINX)['"`]?$/i

function follows(tokens: readonly MysqlToken[], first: RegExp, then: RegExp): boolean {
  return tokens.some(({ value, kind }, index) => {
    const next = tokens[index + 1]?.value === '=' ? tokens[index + 2] : tokens[index + 1]
    return kind === 'word' && first.test(value) && next !== undefined && then.test(next.value)
  })
}

/**
 * Returns the words before each `=` of a SET statement: the names of the assigned variables, such as `SQL_MODE`, and their scopes,
 * such as `GLOBAL`.
 */
function assigned(tokens: readonly MysqlToken[]): readonly string[] {
  const found: string[] = []
  let depth = 0
  let isTarget = true
  for (const { kind, value } of tokens) {
    if (kind === 'symbol' && (value === '(' || value === ')')) depth += value === '(' ? 1 : -1
    if (kind === 'symbol' && depth === 0 && value === '=') isTarget = false
    if (kind === 'symbol' && depth === 0 && value === ',') isTarget = true
    if (kind === 'word' && value === 'FOR') break
    if (isTarget && kind !== 'mark' && kind !== 'symbol') found.push(value.toUpperCase().replace(/^@@/, ''))
  }
  return found
}

const farEngine = form('CREATE or ALTER TABLE … ENGINE = FEDERATED, CONNECT, SPIDER, …', REASON_AGAINST_OTHER_SERVER, (_, tokens) =>
  follows(tokens, /^(?:ENGINE|TYPE)$/, REMOTE_STORAGE_ENGINE_PATTERN),
)
const farDefault = form('SET default_storage_engine = FEDERATED, CONNECT, SPIDER, …', REASON_AGAINST_OTHER_SERVER, (_, tokens) => {
  return assigned(tokens).some((one) => STORAGE_ENGINE.test(one)) && tokens.some(({ value }) => REMOTE_STORAGE_ENGINE_PATTERN.test(value))
})
const movesFiles = form(
  'ALTER TABLE … DISCARD TABLESPACE, IMPORT TABLESPACE',
  'The statement drops all rows of the table, or imports them from a file on the machine of the server, and the schema does not show this. Use DELETE or INSERT.',
  (_, tokens) => tokens.some(({ value }, index) => /^(?:DISCARD|IMPORT)$/.test(value) && reachesTablespace(tokens, index)),
)
const soonEvent = form(
  'CREATE or ALTER EVENT … ON SCHEDULE AT an expression',
  "The time of the event differs on every database, and the event may run and disappear before the engine reads the schema. Write the statements of the event into a data step, or write a literal time: AT '2030-01-01 00:00:00'.",
  (words, tokens) => !words.includes('DISABLE') && tokens.some((_, index) => isComputedMoment(tokens, index)),
)
const loadable = form(
  'CREATE FUNCTION … SONAME',
  `A loadable function belongs to the whole server. ${REASON_AGAINST_SERVER_CHANGE}`,
  has('SONAME'),
)
const wide = form('GRANT, REVOKE … ON *.*', REASON_AGAINST_ACCOUNT_CHANGE, (_, tokens) => isWide(tokens), { inSetup: true })
const ofRoles = form(
  'GRANT role, REVOKE role, GRANT PROXY',
  REASON_AGAINST_ACCOUNT_CHANGE,
  (words) => !words.includes('ON') || words.includes('PROXY'),
  {
    inSetup: true,
  },
)

const ofThisDatabase = form(
  'ALTER DATABASE CHARACTER SET …, COLLATE …',
  'The default collation belongs to the database, and may differ between databases of one project. Set it when you create the database. For a shadow, set it in shadow.setup.mysql.sql.',
  (_, tokens) => tokens[2]?.kind === 'word' && /^(?:DEFAULT|CHARACTER|COLLATE)$/.test(tokens[2].value),
  { inSetup: true },
)

/**
 * Returns true for an ALTER TABLE action on tablespace files, such as `DISCARD TABLESPACE` and `IMPORT PARTITION p0, p1
 * TABLESPACE`.
 */
function reachesTablespace(tokens: readonly MysqlToken[], from: number): boolean {
  const next = tokens[from + 1]?.value
  return (
    next === 'TABLESPACE' ||
    (next === 'PARTITION' && tokens.slice(from).some(({ kind, value }) => kind === 'word' && value === 'TABLESPACE'))
  )
}

/**
 * Returns true if the time after `SCHEDULE AT` is computed, as in `CURRENT_TIMESTAMP + INTERVAL 1 DAY`. Returns false if the time
 * is a string literal, with or without the word TIMESTAMP before the literal.
 */
function isComputedMoment(tokens: readonly MysqlToken[], index: number): boolean {
  if (tokens[index]?.value !== 'SCHEDULE' || tokens[index + 1]?.value !== 'AT') return false
  const [first, second] = [tokens[index + 2], tokens[index + 3]]
  return first?.kind !== 'string' && !(first?.value === 'TIMESTAMP' && second?.kind === 'string')
}

function isWide(tokens: readonly MysqlToken[]): boolean {
  return tokens.some(({ value }, index) => value === '*' && tokens[index + 1]?.value === '.' && tokens[index + 2]?.value === '*')
}

/**
 * Every kind of statement in the manuals of MySQL 9 and MariaDB 10.11. A key consists of the first words of the statement,
 * without optional words between them (OR REPLACE, TEMPORARY, DEFINER = …, IF EXISTS). The longest matching key determines the
 * kind. A statement without a matching key is refused.
 */
export const MYSQL_STATEMENT_KINDS: { readonly [words: string]: MysqlStatementKind } = {
  // SQL statements that read or write rows.
  'SELECT': rows({ because: 'The statement reads rows. The server counts the rows that a called function writes.' }),
  'INSERT': rows(),
  'UPDATE': rows(),
  'DELETE': rows(),
  'REPLACE': rows(),
  'WITH': rows(),
  'VALUES': rows({ because: READS }),
  'TABLE': rows({ because: READS }),
  'DO': rows(),
  'CALL': rows({ because: 'The engine observes the routine on a shadow, and judges the text of the routine before the call.' }),
  'HANDLER': rows({ because: READS }),
  'LOAD DATA': rows({
    forms: [
      form(
        'LOAD DATA LOCAL',
        'The statement reads a file of the client, and a migration has no such file. Write the rows as INSERT.',
        has('LOCAL'),
      ),
    ],
  }),
  'LOAD XML': rows({
    forms: [
      form(
        'LOAD XML LOCAL',
        'The statement reads a file of the client, and a migration has no such file. Write the rows as INSERT.',
        has('LOCAL'),
      ),
    ],
  }),
  'LOAD INDEX': harmless('The statement fills a cache of the server.', { repeatable: true }),
  'TRUNCATE': rows({ manner: 'bare' }),
  'IMPORT TABLE': refused(
    'The statement imports tables from files on the machine of the server, and a shadow runs on another machine. Write CREATE TABLE and INSERT.',
  ),

  // SQL statements that change the schema.
  'CREATE TABLE': state({ forms: [farEngine] }),
  'ALTER TABLE': state({ forms: [farEngine, movesFiles] }),
  'DROP TABLE': state(),
  'DROP TABLES': state(),
  'RENAME TABLE': state(),
  'RENAME TABLES': state(),
  'CREATE TEMPORARY TABLE': harmless('A temporary table ends with the session.', { manner: 'atomic', forms: [farEngine] }),
  'DROP TEMPORARY TABLE': harmless('A temporary table ends with the session.', { manner: 'atomic' }),
  'DROP TEMPORARY TABLES': harmless('A temporary table ends with the session.', { manner: 'atomic' }),
  'CREATE TEMPORARY SEQUENCE': harmless('A temporary sequence ends with the session.', { manner: 'atomic' }),
  'DROP TEMPORARY SEQUENCE': harmless('A temporary sequence ends with the session.', { manner: 'atomic' }),
  'CREATE INDEX': state(),
  'DROP INDEX': state(),
  'CREATE VIEW': state(),
  'ALTER VIEW': state(),
  'DROP VIEW': state(),
  'CREATE JSON DUALITY VIEW': state(),
  'CREATE JSON RELATIONAL DUALITY VIEW': state(),
  'ALTER JSON DUALITY VIEW': state(),
  'ALTER JSON RELATIONAL DUALITY VIEW': state(),
  'CREATE TRIGGER': state(),
  'DROP TRIGGER': state(),
  'CREATE PROCEDURE': state(),
  'ALTER PROCEDURE': state(),
  'DROP PROCEDURE': state(),
  'CREATE FUNCTION': state({ forms: [loadable] }),
  'ALTER FUNCTION': state(),
  'DROP FUNCTION': state(),
  'CREATE PACKAGE': state(),
  'CREATE PACKAGE BODY': state(),
  'DROP PACKAGE': state(),
  'DROP PACKAGE BODY': state(),
  'CREATE LIBRARY': refused('The engine does not read libraries, so it cannot observe their changes.'),
  'ALTER LIBRARY': refused('The engine does not read libraries, so it cannot observe their changes.'),
  'DROP LIBRARY': refused('The engine does not read libraries, so it cannot observe their changes.'),
  'CREATE EVENT': state({ forms: [soonEvent] }),
  'ALTER EVENT': state({ forms: [soonEvent] }),
  'DROP EVENT': state(),
  'CREATE SEQUENCE': state(),
  'ALTER SEQUENCE': state(),
  'DROP SEQUENCE': state(),

  // SQL statements about privileges and accounts.
  'GRANT': harmless(GRANT, { repeatable: true, forms: [wide, ofRoles] }),
  'REVOKE': harmless(GRANT, { repeatable: true, forms: [wide, ofRoles] }),
  'CREATE USER': refused(REASON_AGAINST_ACCOUNT_CHANGE, { inSetup: true }),
  'ALTER USER': refused(REASON_AGAINST_ACCOUNT_CHANGE, { inSetup: true }),
  'DROP USER': refused(REASON_AGAINST_ACCOUNT_CHANGE, { inSetup: true }),
  'RENAME USER': refused(REASON_AGAINST_ACCOUNT_CHANGE, { inSetup: true }),
  'CREATE ROLE': refused(REASON_AGAINST_ACCOUNT_CHANGE, { inSetup: true }),
  'DROP ROLE': refused(REASON_AGAINST_ACCOUNT_CHANGE, { inSetup: true }),
  'SET PASSWORD': refused(REASON_AGAINST_ACCOUNT_CHANGE, { inSetup: true, repeatable: true }),
  'SET DEFAULT ROLE': refused(REASON_AGAINST_ACCOUNT_CHANGE, { inSetup: true }),
  'SET ROLE': harmless(SESSION, { manner: 'atomic' }),

  // SQL statements about databases and the server.
  'CREATE DATABASE': refused(REASON_AGAINST_DATABASE_CHANGE),
  'CREATE SCHEMA': refused(REASON_AGAINST_DATABASE_CHANGE),
  'ALTER DATABASE': refused(REASON_AGAINST_DATABASE_CHANGE, { forms: [ofThisDatabase] }),
  'ALTER SCHEMA': refused(REASON_AGAINST_DATABASE_CHANGE, { forms: [ofThisDatabase] }),
  'DROP DATABASE': refused(REASON_AGAINST_DATABASE_CHANGE),
  'DROP SCHEMA': refused(REASON_AGAINST_DATABASE_CHANGE),
  'USE': refused(
    'The statement selects another database than the migrated one. Remove the statement. If a dump contains it, dump again with the name of the database, and without --databases and --all-databases.',
  ),
  'CREATE SERVER': refused(REASON_AGAINST_OTHER_SERVER),
  'ALTER SERVER': refused(REASON_AGAINST_OTHER_SERVER),
  'DROP SERVER': refused(REASON_AGAINST_OTHER_SERVER),
  'CREATE TABLESPACE': refused(REASON_AGAINST_TABLESPACE),
  'ALTER TABLESPACE': refused(REASON_AGAINST_TABLESPACE),
  'DROP TABLESPACE': refused(REASON_AGAINST_TABLESPACE),
  'CREATE UNDO TABLESPACE': refused(REASON_AGAINST_TABLESPACE),
  'ALTER UNDO TABLESPACE': refused(REASON_AGAINST_TABLESPACE),
  'DROP UNDO TABLESPACE': refused(REASON_AGAINST_TABLESPACE),
  'CREATE LOGFILE GROUP': refused(REASON_AGAINST_TABLESPACE),
  'ALTER LOGFILE GROUP': refused(REASON_AGAINST_TABLESPACE),
  'DROP LOGFILE GROUP': refused(REASON_AGAINST_TABLESPACE),
  'CREATE RESOURCE GROUP': refused(REASON_AGAINST_SERVER_CHANGE),
  'ALTER RESOURCE GROUP': refused(REASON_AGAINST_SERVER_CHANGE),
  'DROP RESOURCE GROUP': refused(REASON_AGAINST_SERVER_CHANGE),
  'SET RESOURCE GROUP': refused(REASON_AGAINST_SERVER_CHANGE),
  'CREATE SPATIAL REFERENCE SYSTEM': refused(REASON_AGAINST_SERVER_CHANGE),
  'DROP SPATIAL REFERENCE SYSTEM': refused(REASON_AGAINST_SERVER_CHANGE),
  'ALTER INSTANCE': refused(REASON_AGAINST_SERVER_CHANGE),
  'INSTALL': refused(REASON_AGAINST_SERVER_CHANGE),
  'UNINSTALL': refused(REASON_AGAINST_SERVER_CHANGE),
  'CLONE': refused(REASON_AGAINST_SERVER_CHANGE),
  'KILL': refused('The statement ends other sessions or their statements. A run prints the sessions that block a migration.'),
  'SHUTDOWN': refused(REASON_AGAINST_SERVER_CHANGE),
  'RESTART': refused(REASON_AGAINST_SERVER_CHANGE),
  'FLUSH': refused(`${REASON_AGAINST_GLOBAL_LOCK} Name the tables: FLUSH TABLES a, b.`, {
    forms: [
      {
        says: 'FLUSH PRIVILEGES',
        judged: 'harmless',
        because: 'The statement only reloads the privileges that the server already has.',
        when: (words) => words.includes('PRIVILEGES'),
      },
      {
        says: 'FLUSH TABLES a, b',
        judged: 'harmless',
        because: MAINTENANCE,
        when: (words, tokens) =>
          /^TABLES?$/.test(words[1] ?? '') &&
          tokens.length > 2 &&
          !/^(?:WITH|FOR)$/.test(words[2] ?? '') &&
          !has('LOCK')(words) &&
          !has('EXPORT')(words),
      },
    ],
    repeatable: true,
  }),
  'RESET': refused(REASON_AGAINST_REPLICATION_CHANGE),
  'PURGE': refused(REASON_AGAINST_REPLICATION_CHANGE),
  'CHANGE': refused(REASON_AGAINST_REPLICATION_CHANGE),
  'START': refused(REASON_AGAINST_REPLICATION_CHANGE),
  'STOP': refused(REASON_AGAINST_REPLICATION_CHANGE),
  'BINLOG': refused(REASON_AGAINST_REPLICATION_CHANGE),
  'BACKUP': refused(REASON_AGAINST_GLOBAL_LOCK),
  'LOCK INSTANCE': refused(REASON_AGAINST_GLOBAL_LOCK),
  'UNLOCK INSTANCE': refused(REASON_AGAINST_GLOBAL_LOCK),

  // SQL statements for the maintenance of tables.
  'ANALYZE TABLE': harmless(MAINTENANCE, { repeatable: true }),
  'ANALYZE': rows({
    because: 'MariaDB executes the explained statement, and the engine judges it like any other statement.',
    manner: 'bare',
    repeatable: true,
  }),
  'OPTIMIZE': harmless(MAINTENANCE, { repeatable: true }),
  'CHECK': harmless(MAINTENANCE, { repeatable: true }),
  'REPAIR': harmless(MAINTENANCE, { repeatable: true }),
  'CHECKSUM': harmless(READS, { manner: 'atomic' }),
  'CACHE INDEX': harmless('The statement fills a cache of the server.', { repeatable: true }),
  'LOCK TABLE': harmless('The lock ends at the latest with the session.'),
  'LOCK TABLES': harmless('The lock ends at the latest with the session.'),
  'UNLOCK TABLE': harmless('The statement releases locks of this session.', { repeatable: true }),
  'UNLOCK TABLES': harmless('The statement releases locks of this session.', { repeatable: true }),
  'SHOW': harmless(READS, { manner: 'atomic' }),
  'DESC': harmless(READS, { manner: 'atomic' }),
  'DESCRIBE': harmless(READS, { manner: 'atomic' }),
  'EXPLAIN': harmless(READS, { manner: 'atomic' }),
  'HELP': harmless(READS),

  // SQL statements that change the session.
  'SET': harmless(SESSION, {
    manner: 'atomic',
    forms: [
      form('SET sql_log_bin, gtid_next, gtid_purged, …', REASON_AGAINST_BINARY_LOG_CHANGE, (_, tokens) =>
        assigned(tokens).some((one) => HIDDEN_FROM_LOG.test(one)),
      ),
      form('SET GLOBAL, SET PERSIST, SET @@GLOBAL.…', REASON_AGAINST_SERVER_CHANGE, (_, tokens) =>
        assigned(tokens).some((one) => GLOBAL.test(one)),
      ),
      farDefault,
    ],
  }),
  'SET STATEMENT': harmless(
    'The settings end with the statement, and the engine judges the statement after FOR like any other statement.',
    {
      manner: 'atomic',
      forms: [
        form('SET STATEMENT sql_log_bin …', REASON_AGAINST_BINARY_LOG_CHANGE, (_, tokens) =>
          assigned(tokens).some((one) => HIDDEN_FROM_LOG.test(one)),
        ),
        farDefault,
      ],
    },
  ),
  'PREPARE': harmless(DYNAMIC, { manner: 'atomic' }),
  'EXECUTE': rows({ because: 'The engine judged the prepared statement when it was prepared.', manner: 'bare' }),
  'EXECUTE IMMEDIATE': rows({ because: DYNAMIC, manner: 'bare' }),
  'DEALLOCATE': harmless(SESSION, { manner: 'atomic' }),
  'DROP PREPARE': harmless(SESSION, { manner: 'atomic' }),

  // SQL statements that begin or end transactions.
  'BEGIN': harmless(TRANSACTION, { manner: 'control' }),
  'START TRANSACTION': harmless(TRANSACTION, { manner: 'control' }),
  'COMMIT': harmless(TRANSACTION, { manner: 'control' }),
  'ROLLBACK': harmless(TRANSACTION, { manner: 'control' }),
  'SAVEPOINT': harmless(TRANSACTION, { manner: 'control' }),
  'RELEASE SAVEPOINT': harmless(TRANSACTION, { manner: 'control' }),
  'XA': refused(
    'A prepared transaction outlives its session and holds its locks until a person commits or rolls it back. The engine itself begins and ends the transactions.',
    {
      manner: 'control',
    },
  ),

  // Blocks of SQL statements. Only MariaDB accepts a block outside of routines.
  'BEGIN NOT ATOMIC': rows({ because: BLOCK }),
  'IF': rows({ because: BLOCK, manner: 'bare' }),
  'CASE': rows({ because: BLOCK, manner: 'bare' }),
  'LOOP': rows({ because: BLOCK, manner: 'bare' }),
  'WHILE': rows({ because: BLOCK, manner: 'bare' }),
  'REPEAT': rows({ because: BLOCK, manner: 'bare' }),
  'FOR': rows({ because: BLOCK, manner: 'bare' }),
  'DECLARE': harmless(SESSION),
  'SIGNAL': harmless('The statement raises an error.', { manner: 'atomic' }),
  'RESIGNAL': harmless('The statement raises an error.', { manner: 'atomic' }),
  'GET': harmless(READS, { manner: 'atomic' }),

  // Commands of the clients `mysql` and `mariadb`.
  'SOURCE': refused(
    'The line is a command of the command-line client, which executes another file. Replace the line by the statements of that file, or write them into a migration of their own.',
  ),
  'CHARSET': refused('The line is a command of the command-line client. Remove the line. Migrations are UTF-8.'),
  'SYSTEM': refused(REASON_AGAINST_CLIENT_COMMAND),
  'TEE': refused(REASON_AGAINST_CLIENT_COMMAND),
  'NOTEE': refused(REASON_AGAINST_CLIENT_COMMAND),
  'PAGER': refused(REASON_AGAINST_CLIENT_COMMAND),
  'NOPAGER': refused(REASON_AGAINST_CLIENT_COMMAND),
  'WARNINGS': refused(REASON_AGAINST_CLIENT_COMMAND),
  'NOWARNING': refused(REASON_AGAINST_CLIENT_COMMAND),
  'PROMPT': refused(REASON_AGAINST_CLIENT_COMMAND),
  'STATUS': refused(REASON_AGAINST_CLIENT_COMMAND),
}
