import type { RowWrite } from '../../../effect/row-write.ts'
import type { ForeignKeyObject, KeyObject } from '../../../schema/object.ts'
import { objectsOfState, type SchemaState } from '../../../schema/state.ts'
import { type ParsedPostgresStatement, parsePostgresStatements } from '../text/parser.ts'
import { type PostgresSyntaxTreeNode, syntaxTreeNodesAtAnyDepth, syntaxTreeNodesOfKind, textFieldOfSyntaxTreeNode } from '../text/tree.ts'
import { type StatementKindSearchedInBodies, searchRoutineBodies } from './body-writes.ts'
import { isDoOrCall, relationNameFromTree } from './row-writes.ts'

/**
 * Returns an entry for each foreign key or deferrable key that rows of the migration can violate. PostgreSQL enforces these keys
 * with triggers. If a migration disables the triggers, writes rows, and enables the triggers again, PostgreSQL never checks the
 * rows, and the schema afterwards does not show the problem. `writes` are the writes of the migration, and `state` is the schema
 * before the migration.
 */
export async function findRulesUncheckedByDisabledTriggers(
  statements: readonly string[],
  writes: readonly RowWrite[],
  state: SchemaState,
): Promise<readonly RowWrite[]> {
  if (writes.length === 0 || !(statements.some((text) => DISABLES.test(text)) || hasRoutineThatDisables(state))) return []
  const parsed = (await Promise.all(statements.map((text) => parsePostgresStatements({ file: '', text }).catch(() => [])))).flat()
  const inBodies = await searchRoutineBodies(statements, { state }, DISABLED_IN_BODIES)
  const disabled: DisabledTriggers = {
    tables: new Set([...parsed.flatMap(tablesWithDisabledTriggers), ...[...inBodies.groups].map((key) => key.slice(key.indexOf(':') + 1))]),
    isAnyTable: inBodies.mayConcernOtherTables,
  }
  const written = new Set(writes.map(({ table }) => table))
  const doesOnlyAdd = (table: string) => onlyAddsRows(parsed, table)
  return [...objectsOfState(state)].flatMap((object): readonly RowWrite[] => {
    if (object.kind === 'foreign-key') return brokenReference(object, disabled, written, doesOnlyAdd)
    return object.kind === 'unique' || object.kind === 'primary-key' ? brokenKey(object, disabled, written) : []
  })
}

// Matches the actions of ALTER TABLE after which triggers do not run for the statements of an ordinary session.
const DISABLES = /\b(?:disable|enable\s+replica)\s+trigger\b/i

function hasRoutineThatDisables(state: SchemaState): boolean {
  return [...objectsOfState(state)].some((object) => object.kind === 'function' && DISABLES.test(object.definition))
}

/** The tables in which a migration disables the triggers of foreign keys and deferrable keys. */
interface DisabledTriggers {
  readonly tables: ReadonlySet<string>
  /** True if a DO block or a routine can disable triggers of a table that its text does not name. */
  readonly isAnyTable: boolean
}

function tablesWithDisabledTriggers({ kind, tree }: ParsedPostgresStatement): readonly string[] {
  const commands = kind === 'AlterTableStmt' ? syntaxTreeNodesOfKind(tree['cmds'], 'AlterTableCmd') : []
  return commands.some(disablesKeyTriggers) ? [relationNameFromTree(tree['relation'])] : []
}

const DISABLED_IN_BODIES: StatementKindSearchedInBodies = {
  tablesOf: tablesWithDisabledTriggers,
  built: /^\s*alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?([\w."]+)?/gi,
}

function disablesKeyTriggers(command: PostgresSyntaxTreeNode): boolean {
  const isOne = command['subtype'] === 'AT_DisableTrig' || command['subtype'] === 'AT_EnableReplicaTrig'
  return command['subtype'] === 'AT_DisableTrigAll' || (isOne && KEY_TRIGGER.test(textFieldOfSyntaxTreeNode(command, 'name')))
}

// Matches the names that PostgreSQL gives to the triggers of foreign keys and deferrable keys.
const KEY_TRIGGER = /^(?:RI_ConstraintTrigger|PK_ConstraintTrigger|Unique_ConstraintTrigger)_/

function brokenReference(
  { table, columns, references }: ForeignKeyObject,
  { tables, isAnyTable }: DisabledTriggers,
  written: ReadonlySet<string>,
  doesOnlyAdd: (table: string) => boolean,
): readonly RowWrite[] {
  const isUnchecked = (one: string) => written.has(one) && (isAnyTable || tables.has(one))
  // An INSERT into the referenced table does not count, because a new row in this table cannot cause a foreign key that refers to a
  // missing row.
  const takes = isUnchecked(references.table) && (references.table === table || !doesOnlyAdd(references.table))
  if (!takes && !isUnchecked(table)) return []
  const at = isUnchecked(table) ? table : references.table
  return [{ table, columns, rewrites: `rows of ${at} are written while its triggers are disabled: rows may refer to nothing` }]
}

/**
 * PostgreSQL checks a deferrable key with a trigger at the end of the transaction. While this trigger is disabled, rows can
 * violate the key.
 */
function brokenKey(
  { table, name, deferrable }: KeyObject,
  { tables, isAnyTable }: DisabledTriggers,
  written: ReadonlySet<string>,
): readonly RowWrite[] {
  if (deferrable === undefined || !written.has(table) || !(isAnyTable || tables.has(table))) return []
  return [{ table, rewrites: `rows are written while the triggers of the table are disabled: rows may be equal in ${name}` }]
}

/**
 * Returns true if every statement that names the table as its target inserts rows, and no other statement can write the table.
 */
function onlyAddsRows(parsed: readonly ParsedPostgresStatement[], table: string): boolean {
  const writing = parsed.filter(({ kind }) => isDoOrCall(kind) || kind === 'TruncateStmt')
  if (writing.length > 0) return false
  const targets = (kind: string) =>
    parsed.some(({ kind: own, tree }) =>
      [...(own === kind ? [tree] : []), ...syntaxTreeNodesAtAnyDepth(tree, kind)].some(
        (node) => relationNameFromTree(node['relation']) === table,
      ),
    )
  return (targets('InsertStmt') || targets('CopyStmt')) && !['UpdateStmt', 'DeleteStmt', 'MergeStmt'].some(targets)
}
