import type {
  ObjectNamedByStatement,
  ObjectThatNameResolvesTo,
  RedefinitionsWithoutRollback,
  StatementToSend,
} from '../../../../dialect/border.ts'
import type { DatabaseSession, OutsideObjectDetector } from '../../../../dialect/dialect.ts'
import { joinSql, type SqlStatement, sql, sqlValue } from '../../../../dialect/sql.ts'
import type { SchemaGroupKey } from '../../../../schema/object.ts'
import type { SchemaState } from '../../../../schema/state.ts'
import { mysqlRoutineNameInState } from '../../catalog/routine.ts'
import { type MysqlToken, tokenizeMysql } from '../../text/lexer.ts'
import { isNameToken } from '../../text/statements/name-chain.ts'
import { findObjectNameOccurrences, type ObjectNameOccurrence } from '../../text/statements/places.ts'
import { definesStoredProgram, splitBodyStatements } from '../../text/statements/starts.ts'
import { doMysqlRoutineBodiesWriteRows } from '../body-writes.ts'
import { findSqlTextsExecutedByMysqlStatement } from './executed.ts'
import { refusalOfHidingTemporaryTable } from './hidden.ts'

/**
 * Finds the objects that a statement will touch, before the engine sends the statement, and reads the SQL texts that the
 * statement executes. The check must come before the execution, because a DDL statement commits implicitly and the engine could
 * not undo it. On MySQL and MariaDB, `listOutsideObjects` and `listOutsideChanges` return empty lists.
 */
export const mysqlOutsideObjectDetector: OutsideObjectDetector = {
  named: async (text) => namedIn(text),
  find,
  executed: findSqlTextsExecutedByMysqlStatement,
  doRoutineBodiesWriteRows: doMysqlRoutineBodiesWriteRows,
  redefined: async (statement) => ({ tables: redefinedBy(statement), mayConcernOtherTables: false }),
  refusalInDatabase: refusalOfHidingTemporaryTable,
  listOutsideObjects: async () => [],
  listOutsideChanges: async () => [],
}

const KIND: { readonly [K in ObjectNameOccurrence['kind']]: ObjectNamedByStatement['kind'] } = {
  table: 'relation',
  routine: 'routine',
  trigger: 'trigger',
  event: 'event',
}

interface MysqlObjectNamed extends ObjectNamedByStatement {
  /**
   * True when the statement drops the object or changes its definition. On MySQL and MariaDB, the server commits such a change
   * implicitly.
   */
  readonly redefines?: true
}

/**
 * Returns the groups of the existing objects that a statement can drop or redefine, without the objects that the migration itself
 * created. The statements of a SQL file are the same on the target as on the shadow, where the engine has observed them. For a
 * SQL file, the function therefore examines only the statements that run indirectly: in a block, in a called routine or in a
 * prepared text.
 */
function redefinedBy({ text, inner, earlier, known, isOfFile }: StatementToSend): RedefinitionsWithoutRollback['tables'] {
  const own = new Set(earlier.flatMap(namedIn).flatMap((one) => (one.isMade ? [`${one.kind} ${one.name}`] : [])))
  const texts = isOfFile && !BLOCK.test(text) ? inner : [text, ...inner]
  if (!texts.some((one) => CHANGES.test(one))) return []
  const redefined = texts
    .flatMap(statementsExecutedBy)
    .filter((one) => !isOfFile || !ADDS.test(one))
    .flatMap(namedIn)
    .filter(({ redefines, kind, name }) => redefines && !own.has(`${kind} ${name}`))
  return [...new Set(redefined.flatMap((one) => groupsNamed(one, known)))]
}

/**
 * Returns the statements of a block or body. For a CREATE statement of a routine or trigger, returns only the CREATE statement,
 * because the body does not run.
 */
function statementsExecutedBy(text: string): readonly string[] {
  const statements = splitBodyStatements(text)
  return definesStoredProgram(tokenizeMysql(text)) ? statements.slice(0, 1) : statements
}

const BLOCK = /^\s*(?:begin|if|case|loop|while|repeat|for)\b/i
const CHANGES = /\b(?:alter|create|drop|rename)\b/i
// Matches a statement that only adds an object or a part of an object. Such a statement redefines no existing object.
const ADDS = /^\s*(?:create\s+(?!or\s+replace\b)|alter\b(?![^]*\b(?:drop|modify|change|convert|rename)\b))/i

/** Returns the groups of the schema state that contain the object which a statement names. */
function groupsNamed({ kind, name }: ObjectNamedByStatement, { groups }: SchemaState): readonly SchemaGroupKey[] {
  if (kind === 'trigger')
    return [...groups].flatMap(([key, group]) =>
      [...group.values()].some((object) => object.kind === 'trigger' && object.name === name) ? [key] : [],
    )
  const keys: readonly SchemaGroupKey[] =
    kind === 'relation'
      ? [`table:${name}`, `view:${name}`, `sequence:${name}`]
      : kind === 'routine'
        ? [`function:${name}`, `function:${mysqlRoutineNameInState(name, 'PROCEDURE')}`]
        : [`opaque:event ${name}`]
  return keys.filter((key) => groups.has(key))
}

function namedIn(text: string): readonly MysqlObjectNamed[] {
  const tokens = tokenizeMysql(text)
  const isTemporary = tokens.some(({ kind, value: word }) => kind === 'word' && word === 'TEMPORARY')
  return findObjectNameOccurrences(text, tokens).flatMap(({ kind, name, use, by }) => {
    // DROP TEMPORARY TABLE never drops a permanent table, so the function returns no object for such a statement.
    if (use === 'reads' || (isTemporary && use === 'changes' && /\bdrop\b/i.test(text))) return []
    const isReplaced = by === 'CREATE' && use === 'makes' && /^\s*create\s+or\s+replace\b/i.test(text)
    const redefines = isReplaced || (use === 'changes' && (by === 'ALTER' ? changesDefinition(tokens) : REDEFINES.has(by)))
    const own: MysqlObjectNamed = { kind: KIND[kind], name, isMade: use === 'makes', ...(redefines && { redefines }) }
    return [own, ...referrersBy(by, name, text)]
  })
}

const REDEFINES: ReadonlySet<string> = new Set(['CREATE', 'DROP', 'RENAME'])

/**
 * Returns true for an ALTER TABLE that always changes the definition of the table. Returns false for an ALTER TABLE with IF
 * EXISTS or IF NOT EXISTS, and for an ALTER TABLE that contains only options such as AUTO_INCREMENT.
 */
function changesDefinition(tokens: readonly MysqlToken[]): boolean {
  const words = tokens.flatMap(({ kind, value: word }) => (kind === 'word' ? [word] : []))
  return words.some((word) => /^(?:ADD|DROP|MODIFY|CHANGE|RENAME|CONVERT)$/.test(word)) && !words.includes('IF')
}

/**
 * Returns the tables that have a foreign key to the table `name` as one entry of the kind 'referrers'. UPDATE, DELETE and REPLACE
 * can also change or delete rows of these tables, although the statement does not name them. For other statements, the result is
 * empty.
 */
function referrersBy(by: string, name: string, text: string): readonly ObjectNamedByStatement[] {
  if (by === 'DELETE' || by === 'REPLACE') return [{ kind: 'referrers', name, isMade: false }]
  if (by !== 'UPDATE') return []
  const columns = tokenizeMysql(text).flatMap((token) => (isNameToken(token) ? [token.value.toUpperCase()] : []))
  return [{ kind: 'referrers', name, isMade: false, columns: [...new Set(columns)].sort() }]
}

interface Row {
  readonly name: string
  readonly type: string
  readonly owner: string | null
  readonly folds: string | number
  /** The table and the column to which a foreign key refers, and the actions of the foreign key. */
  readonly refers?: string
  readonly referred?: string
  readonly updates?: string
  readonly deletes?: string
}

async function find(session: DatabaseSession, named: readonly ObjectNamedByStatement[]): Promise<readonly ObjectThatNameResolvesTo[]> {
  const found: ObjectThatNameResolvesTo[] = []
  for (const kind of new Set(named.map((one) => one.kind))) {
    const asked = named.filter((one) => one.kind === kind)
    const query = QUERIES[kind]
    const names = [...new Set(asked.map(({ name }) => name))]
    const rows = query ? await session.query<Row>(query(joinSql(names.map((name) => sqlValue(name))))) : []
    for (const row of rows)
      for (const one of asked.filter((candidate) => (kind === 'referrers' ? refersTo(row, candidate) : isSame(candidate.name, row, kind))))
        found.push({
          groups: groupsOf(kind, row),
          says: `${row.type.toLowerCase().replace('base table', 'table')} ${row.name}`,
          named: one,
        })
  }
  return found
}

function refersTo(
  { refers = '', referred = '', updates = '', deletes = '', folds }: Row,
  { name, columns }: ObjectNamedByStatement,
): boolean {
  const isThere = name === refers || (Number(folds) !== 0 && name.toLowerCase() === refers.toLowerCase())
  if (columns === undefined) return isThere && ACTS.test(deletes)
  return isThere && ACTS.test(updates) && columns.includes(referred.toUpperCase())
}

const ACTS = /^(?:CASCADE|SET NULL|SET DEFAULT)$/i

// Returns true when a catalog row has the given name. The names of routines and events are case-insensitive. For the names of
// tables, the file system of the server determines whether they are case-sensitive.
function isSame(name: string, row: Row, kind: ObjectNamedByStatement['kind']): boolean {
  if (name === row.name) return true
  const folds = kind === 'routine' || kind === 'event' || Number(row.folds) !== 0
  return folds && name.toLowerCase() === row.name.toLowerCase()
}

function groupsOf(kind: ObjectNamedByStatement['kind'], { name, type, owner }: Row): readonly SchemaGroupKey[] {
  if (kind === 'relation' || kind === 'referrers') return [`table:${name}`, `view:${name}`, `sequence:${name}`]
  if (kind === 'trigger') return [`table:${owner ?? ''}`]
  if (kind !== 'routine') return [`opaque:event ${name}`]
  return type === 'FUNCTION' || type === 'PROCEDURE'
    ? [`function:${mysqlRoutineNameInState(name, type)}`]
    : [`opaque:${type.toLowerCase()} ${name}`]
}

const QUERIES: { readonly [K in ObjectNamedByStatement['kind']]?: (names: SqlStatement) => SqlStatement } = {
  relation: (
    names,
  ) => sql`SELECT table_name AS name, table_type AS type, NULL AS owner, @@lower_case_table_names AS folds FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_name IN (${names})`,
  referrers: (names) => sql`SELECT CASE WHEN r.constraint_schema = DATABASE() THEN r.table_name
    ELSE CONCAT(r.constraint_schema, '.', r.table_name) END AS name, 'BASE TABLE' AS type, NULL AS owner, @@lower_case_table_names AS folds,
    r.referenced_table_name AS refers, k.referenced_column_name AS referred, r.update_rule AS updates, r.delete_rule AS deletes
    FROM information_schema.referential_constraints r JOIN information_schema.key_column_usage k
      ON k.constraint_schema = r.constraint_schema AND k.constraint_name = r.constraint_name AND k.table_name = r.table_name
    WHERE r.unique_constraint_schema = DATABASE() AND r.referenced_table_name IN (${names})
      AND (r.delete_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT') OR r.update_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT'))`,
  routine: (names) => sql`SELECT routine_name AS name, routine_type AS type, NULL AS owner, 1 AS folds FROM information_schema.routines
    WHERE routine_schema = DATABASE() AND routine_name IN (${names})`,
  trigger: (names) => sql`SELECT trigger_name AS name, 'TRIGGER' AS type, event_object_table AS owner, @@lower_case_table_names AS folds
    FROM information_schema.triggers WHERE trigger_schema = DATABASE() AND trigger_name IN (${names})`,
  event: (names) => sql`SELECT event_name AS name, 'EVENT' AS type, NULL AS owner, 1 AS folds FROM information_schema.events
    WHERE event_schema = DATABASE() AND event_name IN (${names})`,
}
