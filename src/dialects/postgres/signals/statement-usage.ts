import { ENGINE_COUNT_ALIAS, type ObjectUsage } from '../../../dialect/usage.ts'
import type { SqlText } from '../../../release/migration.ts'
import { objectIdOf, type SchemaObject, type SchemaObjectId } from '../../../schema/object.ts'
import { anyNode, namesIn, takesRows } from '../observe/reads.ts'
import { fingerprintStatement, type ParsedStatement, parseStatements } from '../text/parser.ts'
import { nodesOfKind, type SyntaxTreeNode, textFieldOf } from '../text/tree.ts'

/** A row of pg_stat_statements. */
export interface StatementInStatistics {
  readonly key: string
  readonly count: number
  /** The statement with placeholders in the place of its values. */
  readonly query: string
  readonly user: string
}

/** Returns the statements that use one of the objects, read with the server's grammar. `home` is the schema of names without a schema. */
export async function findUsesInStatements(
  rows: readonly StatementInStatistics[],
  objects: readonly SchemaObject[],
  home: string,
  own: readonly SqlText[],
): Promise<readonly ObjectUsage[]> {
  const mine = new Set(await Promise.all(own.map(({ text }) => fingerprintStatement(text))))
  const found: ObjectUsage[] = []
  for (const { key, count, query, user } of rows) {
    const parsed = await parseStatements({ file: '', text: query }).catch(() => undefined)
    const what = `${shortened(query)} (user ${user})`
    // A statement that cannot be parsed names one of the objects, and nothing shows that it does not use them.
    if (!parsed) found.push({ key, kind: 'statement', objects: objects.map(objectIdOf), count, what })
    if (!parsed) continue
    const isOther = parsed.every((one) => isBackup(one) || isOfEngine(one.tree)) || mine.has(await fingerprintStatement(query))
    const used = objects.filter((object) => parsed.some((statement) => uses(statement, object, home, isOther))).map(objectIdOf)
    const kind = isOther ? 'other' : 'statement'
    if (used.length > 0) found.push({ key, kind, objects: used, count, what })
  }
  return found
}

const USING: ReadonlySet<string> = new Set([
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'CopyStmt',
  'CallStmt',
  'DeclareCursorStmt',
  'CreateTableAsStmt',
])

/** `withIndexes` also returns true for an index of a table that the statement names. */
function uses({ kind, tree }: ParsedStatement, object: SchemaObject, home: string, withIndexes: boolean): boolean {
  if (!USING.has(kind)) return false
  if (object.kind === 'index') return withIndexes && namesRelation(tree, object.table, home)
  if (object.kind === 'function') return callsIn(tree).has(lastPart(object.name.replace(/\(.*$/s, '')))
  if (object.kind !== 'column') return namesRelation(tree, object.name, home)
  if (!namesRelation(tree, object.table, home)) return false
  return namesIn(tree).includes(object.name) || takesRows(tree) || takesAllColumns(kind, tree)
}

/** True for COPY and INSERT without a list of columns. */
function takesAllColumns(kind: string, tree: SyntaxTreeNode): boolean {
  if (kind === 'CopyStmt') return tree['attlist'] === undefined
  return anyNode({ [kind]: tree }, (one, node) => one === 'InsertStmt' && node['cols'] === undefined)
}

function namesRelation(tree: unknown, name: string, home: string): boolean {
  return anyNode(tree, (_, node) => {
    if (typeof node['relname'] !== 'string') return false
    const schema = textFieldOf(node, 'schemaname')
    const isBare = (schema === '' || schema === home) && !node['relname'].includes('.')
    const whole = isBare ? node['relname'] : `${schema === '' ? home : schema}.${node['relname']}`
    // The search path can contain several schemas, so a name without a schema can mean a table in any of them.
    return whole === name || (schema === '' && lastPart(name) === node['relname'])
  })
}

function callsIn(tree: unknown): ReadonlySet<string> {
  const found = new Set<string>()
  anyNode(tree, (_, node) => {
    const names = nodesOfKind(node['funcname'], 'String')
    if (names.length > 0) found.add(String(names.at(-1)?.['sval']))
    return false
  })
  return found
}

/** True for a statement of pg_dump: COPY … TO. */
function isBackup({ kind, tree }: ParsedStatement): boolean {
  return kind === 'CopyStmt' && tree['is_from'] !== true
}

function isOfEngine(tree: SyntaxTreeNode): boolean {
  return anyNode(tree, (_, node) => node['name'] === ENGINE_COUNT_ALIAS)
}

function lastPart(name: SchemaObjectId): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

const LONGEST_STATEMENT = 160

function shortened(query: string): string {
  const text = query.replaceAll(/\s+/g, ' ').trim()
  return text.length > LONGEST_STATEMENT ? `${text.slice(0, LONGEST_STATEMENT)}…` : text
}
