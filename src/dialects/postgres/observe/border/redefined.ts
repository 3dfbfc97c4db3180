import type { RedefinitionsWithoutRollback, StatementToSend } from '../../../../dialect/border.ts'
import type { SchemaGroupKey } from '../../../../schema/object.ts'
import type { SchemaState } from '../../../../schema/state.ts'
import { loadSyntaxTreeParser, type ParsedPostgresStatement } from '../../text/parser.ts'
import { asSyntaxTreeNode, type PostgresSyntaxTreeNode, syntaxTreeNodesOfKind, textFieldOfSyntaxTreeNode } from '../../text/tree.ts'
import { type StatementKindSearchedInBodies, searchRoutineBodies, statementsCreatingRoutines, tableGroupsWithName } from '../body-writes.ts'
import { relationNameFromTree } from '../row-writes.ts'

/**
 * Returns the tables of the planned state that a statement redefines: the statement drops or renames a table, moves a table to
 * another schema, or changes the columns or partitions of a table. Other changes lose no values, for example a constraint that is
 * dropped and added again. For a statement of a SQL file, the function checks only DO blocks and routines. The result is empty if
 * the engine compares the schema before the commit, because the engine can then roll back.
 */
export async function findRedefinitionsWithoutRollback(statement: StatementToSend): Promise<RedefinitionsWithoutRollback> {
  const { text, earlier, known, isComparedBeforeCommit, isOfFile } = statement
  if (isComparedBeforeCommit) return { tables: [], mayConcernOtherTables: false }
  const { groups, mayConcernOtherTables } = await searchRoutineBodies(
    [...statementsCreatingRoutines(earlier), text],
    { state: known },
    REDEFINITIONS,
  )
  const own = isOfFile ? [] : await redefinedByItself(text, known)
  return { tables: [...new Set([...groups, ...own])].filter((key) => key.startsWith('table:')), mayConcernOtherTables }
}

async function redefinedByItself(text: string, known: SchemaState): Promise<readonly SchemaGroupKey[]> {
  if (!/\b(?:drop|alter)\b/i.test(text)) return []
  const parsed = (await loadSyntaxTreeParser())(text)
  const statements = Array.isArray(parsed) ? (parsed as readonly { readonly stmt?: unknown }[]) : []
  return statements
    .flatMap(({ stmt }) => Object.entries(asSyntaxTreeNode(stmt)))
    .flatMap(([kind, tree]) => redefinedTables({ kind, tree: asSyntaxTreeNode(tree), text, line: 1 }, known))
    .flatMap((name) => tableGroupsWithName(name, known))
}

function redefinedTables({ kind, tree }: ParsedPostgresStatement, known: SchemaState): readonly string[] {
  if (kind === 'DropStmt') return TABLE.test(textFieldOfSyntaxTreeNode(tree, 'removeType')) ? droppedTables(tree) : []
  const name = relationNameFromTree(tree['relation'])
  switch (kind) {
    case 'RenameStmt': {
      const isColumn = tree['renameType'] === 'OBJECT_COLUMN' && TABLE.test(textFieldOfSyntaxTreeNode(tree, 'relationType'))
      return isColumn || TABLE.test(textFieldOfSyntaxTreeNode(tree, 'renameType')) ? [name] : []
    }
    case 'AlterObjectSchemaStmt':
      return TABLE.test(textFieldOfSyntaxTreeNode(tree, 'objectType')) ? [name] : []
    case 'AlterTableStmt':
      return syntaxTreeNodesOfKind(tree['cmds'], 'AlterTableCmd').some((command) => changesColumns(command, name, known)) ? [name] : []
    default:
      return []
  }
}

const TABLE = /^OBJECT_(?:FOREIGN_)?TABLE$/

function droppedTables(tree: PostgresSyntaxTreeNode): readonly string[] {
  return syntaxTreeNodesOfKind(tree['objects'], 'List').map(({ items }) => {
    const [name = '', schema] = syntaxTreeNodesOfKind(items, 'String')
      .map((part) => textFieldOfSyntaxTreeNode(part, 'sval'))
      .toReversed()
    return relationNameFromTree({ relname: name, ...(schema !== undefined && { schemaname: schema }) })
  })
}

/**
 * Returns true for an ALTER TABLE action that changes a column or a partition. Returns false if the column to drop does not
 * exist, or the column to add exists already, as IF EXISTS and IF NOT EXISTS permit.
 */
function changesColumns(command: PostgresSyntaxTreeNode, table: string, known: SchemaState): boolean {
  const subtype = textFieldOfSyntaxTreeNode(command, 'subtype')
  const has = (column: string) =>
    tableGroupsWithName(table, known).some((key) =>
      [...(known.groups.get(key)?.values() ?? [])].some((object) => object.kind === 'column' && object.name === column),
    )
  if (subtype === 'AT_DropColumn') return has(textFieldOfSyntaxTreeNode(command, 'name'))
  if (subtype === 'AT_AddColumn')
    return !has(textFieldOfSyntaxTreeNode(asSyntaxTreeNode(asSyntaxTreeNode(command['def'])['ColumnDef']), 'colname'))
  return CHANGES.has(subtype)
}

const CHANGES: ReadonlySet<string> = new Set(['AT_AlterColumnType', 'AT_AttachPartition', 'AT_DetachPartition'])

// Matches the beginning of a statement that drops or alters a table, with the name of the table if the literal contains the name.
// The pattern does not match an ALTER whose literal shows that it only adds a part to the table or changes a setting.
const BUILT =
  /(?<=^\s*|[;('$]\s*|\b(?:as|begin|else|execute|loop|then)\s+)(?:drop\s+(?:foreign\s+)?table\b(?:\s+if\s+exists\b)?|alter\s+(?:foreign\s+)?table\b(?!(?![^]*\b(?:drop|rename|type)\b)[^]*\b(?:add|cluster|disable|enable|owner|validate)\b)(?:\s+if\s+exists\b)?(?:\s+only\b)?|(?:drop|alter)(?=\s*(?:%\S*\s*)?$))(?:\s+"?([\w.]+)"?)?/gi

const REDEFINITIONS: StatementKindSearchedInBodies = { tablesOf: redefinedTables, built: BUILT }
