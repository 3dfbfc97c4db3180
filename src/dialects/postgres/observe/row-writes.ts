import type { CatalogReading } from '../../../dialect/dialect.ts'
import { type RowWrite, UNKNOWN_WRITTEN_TABLE } from '../../../effect/row-write.ts'
import type { SchemaGroupKey } from '../../../schema/object.ts'
import { canStatementWriteRows } from '../text/grammar.ts'
import { type ParsedPostgresStatement, parsePostgresStatements } from '../text/parser.ts'
import { type PostgresSyntaxTreeNode, syntaxTreeNodesAtAnyDepth, syntaxTreeNodesOfKind } from '../text/tree.ts'
import type { StatementTextWithPrice } from './price.ts'

/**
 * Returns the tables and columns whose rows the statements write. The function finds the tables in the locks of the transaction,
 * and the columns in the syntax of the statements. `locked` contains the tables that the transaction locked for a write, and is
 * undefined outside a transaction. The prices in `priced` show whether a DO block or a routine has rewritten a table.
 */
export async function findPostgresRowWrites(
  statements: readonly string[],
  before: CatalogReading,
  locked: readonly SchemaGroupKey[] | undefined,
  priced: readonly StatementTextWithPrice[],
): Promise<readonly RowWrite[]> {
  // Most statements neither write rows nor change the type of a column, so the function does not parse them.
  if (!statements.some((text) => MAY_WRITE.test(text)) && (locked?.length ?? 0) === 0) return []
  // The function does not parse plain INSERT statements, because the locks show their tables, and a dump can contain ten thousand
  // of them.
  if (locked && statements.every((text) => PLAIN_INSERT.test(text))) return dataWrites([], before, locked, true)
  const read = await Promise.all(statements.map((text) => parsePostgresStatements({ file: '', text }).catch(() => undefined)))
  const parsed = read.flatMap((list) => list ?? [])
  const runsOtherCode = read.includes(undefined) || parsed.some(({ kind, tree }) => isDoOrCall(kind) || mayCallWritingFunction(tree))
  return [...dataWrites(parsed, before, locked, runsOtherCode), ...parsed.flatMap(conversions), ...(await hiddenRewrites(priced))]
}

const MAY_WRITE = /\b(?:insert|update|delete|merge|truncate|copy|do|call|using|select)\b/i

const PLAIN_INSERT = /^\s*insert\b/i

function dataWrites(
  parsed: readonly ParsedPostgresStatement[],
  before: CatalogReading,
  locked: readonly SchemaGroupKey[] | undefined,
  runsOtherCode: boolean,
): readonly RowWrite[] {
  const named = parsed.flatMap(updatesIn)
  if (!locked) {
    const writing = parsed.filter(({ kind, tree }) => canStatementWriteRows(kind, tree))
    if (writing.some(({ kind }) => isDoOrCall(kind))) return [{ table: UNKNOWN_WRITTEN_TABLE }]
    return [...new Set(writing.flatMap(tablesWrittenByStatement))].map((table) => ({ table }))
  }
  return locked.flatMap((group): readonly RowWrite[] => {
    if (!group.startsWith('table:')) return []
    const table = group.slice('table:'.length)
    const own = named.filter((one) => one.table === table)
    // A trigger can write other columns of the row, and a statement that the parser rejects can write any column. In both cases,
    // the written columns are unknown.
    const isPlain = !runsOtherCode && own.length > 0 && own.every(({ columns }) => columns !== undefined) && !hasTriggers(before, group)
    return [isPlain ? { table, columns: [...new Set(own.flatMap(({ columns }) => columns ?? []))].sort() } : { table }]
  })
}

function hasTriggers({ state }: CatalogReading, group: SchemaGroupKey): boolean {
  return [...(state.groups.get(group)?.values() ?? [])].some(({ kind }) => kind === 'trigger' || kind === 'opaque')
}

/**
 * Returns true for a DO or CALL statement. Such a statement runs code, and the text of the statement does not show which rows
 * that code writes.
 */
export function isDoOrCall(kind: string): boolean {
  return kind === 'DoStmt' || kind === 'CallStmt'
}

/**
 * Returns true when an expression calls a function that is not in `KNOWN`, the list of server functions that do not write. Every
 * other function counts as a function that can write.
 */
export function mayCallWritingFunction(tree: unknown): boolean {
  return syntaxTreeNodesAtAnyDepth(tree, 'FuncCall').some(
    (call) => syntaxTreeNodesOfKind(call['funcname'], 'String').length > 0 && !KNOWN.has(lastName(call)),
  )
}

/**
 * Returns true if a statement defines a routine or a rule, and no statement itself writes rows. The locks are then misleading:
 * when the server checks the text of the routine or rule, the server acquires the same locks as for the writes in this text.
 */
export async function doStatementsOnlyDefineRowWrites(statements: readonly string[]): Promise<boolean> {
  if (!statements.some((text) => DEFINES.test(text))) return false
  const read = await Promise.all(statements.map((text) => parsePostgresStatements({ file: '', text }).catch(() => undefined)))
  return read.every((list) =>
    list?.every(
      ({ kind, tree }) =>
        kind === 'CreateFunctionStmt' ||
        kind === 'RuleStmt' ||
        (!isDoOrCall(kind) && !canStatementWriteRows(kind, tree) && !mayCallWritingFunction(tree)),
    ),
  )
}

const DEFINES = /\bcreate\s+(?:or\s+replace\s+)?(?:function|procedure|rule)\b/i

function lastName(call: PostgresSyntaxTreeNode): string {
  const name = syntaxTreeNodesOfKind(call['funcname'], 'String').at(-1)?.['sval']
  return typeof name === 'string' ? name : ''
}

// Frequent functions of the server that do not write rows.
const KNOWN: ReadonlySet<string> = new Set(
  (
    'coalesce nullif lower upper trim btrim ltrim rtrim length char_length left right substr substring replace concat concat_ws ' +
    'split_part regexp_replace format to_char to_date to_timestamp to_number date_trunc now clock_timestamp extract abs round ' +
    'floor ceil ceiling mod greatest least count sum min max avg row_number rank generate_series md5 gen_random_uuid random ' +
    'jsonb_build_object json_build_object to_jsonb to_json jsonb_set array_agg string_agg jsonb_agg unnest timezone position overlay'
  ).split(' '),
)

const DATA: readonly string[] = ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt', 'CopyStmt']

/**
 * Returns which tables the statements write, including the writes in a WITH clause. `columns` contains the columns that an UPDATE
 * writes, and is undefined for statements that write or delete whole rows.
 */
function updatesIn({
  kind,
  tree,
}: ParsedPostgresStatement): readonly { readonly table: string; readonly columns: readonly string[] | undefined }[] {
  return DATA.flatMap((data) =>
    [...(kind === data ? [tree] : []), ...syntaxTreeNodesAtAnyDepth(tree, data)].map((node) => ({
      table: relationNameFromTree(node['relation']),
      columns: data === 'UpdateStmt' ? syntaxTreeNodesOfKind(node['targetList'], 'ResTarget').flatMap(nameOf) : undefined,
    })),
  )
}

/** Returns the tables whose rows a statement writes, including the writes in a WITH clause. */
export function tablesWrittenByStatement(parsed: ParsedPostgresStatement): readonly string[] {
  const emptied =
    parsed.kind === 'TruncateStmt' ? syntaxTreeNodesOfKind(parsed.tree['relations'], 'RangeVar').map(relationNameFromTree) : []
  return [...emptied, ...updatesIn(parsed).map(({ table }) => table)]
}

function nameOf(target: PostgresSyntaxTreeNode): readonly string[] {
  return typeof target['name'] === 'string' ? [target['name']] : []
}

/**
 * Returns the name of a relation as a schema state contains the name. The function omits the schema `public` if the name contains
 * no dot. Every other schema is a part of the name.
 */
export function relationNameFromTree(of: unknown): string {
  const relation = of as PostgresSyntaxTreeNode | undefined
  const [schema, name] = [relation?.['schemaname'], String(relation?.['relname'])]
  if (name.includes('.')) return `${typeof schema === 'string' ? schema : 'public'}.${name}`
  return typeof schema === 'string' && schema !== 'public' ? `${schema}.${name}` : name
}

/**
 * Returns the columns whose values an action such as `ALTER COLUMN b TYPE t USING …` converts with an expression that is not the
 * server's own cast.
 */
function conversions({ kind, tree, text }: ParsedPostgresStatement): readonly RowWrite[] {
  if (kind !== 'AlterTableStmt') return []
  return syntaxTreeNodesOfKind(tree['cmds'], 'AlterTableCmd').flatMap((command): readonly RowWrite[] => {
    if (command['subtype'] !== 'AT_AlterColumnType') return []
    const definition = (command['def'] as { readonly ColumnDef?: PostgresSyntaxTreeNode } | undefined)?.ColumnDef ?? {}
    const using = definition['raw_default']
    const column = String(command['name'])
    if (using === undefined || isOwnCast(using, column, definition['typeName'])) return []
    const expression = expressionAt(text, Number(definition['location'] ?? 0))
    return [{ table: relationNameFromTree(tree['relation']), columns: [column], rewrites: `its values are rewritten by ${expression}` }]
  })
}

/** Returns true for a USING expression that is only the column `b`, or `b::type` with exactly the new type of the column. */
function isOwnCast(using: unknown, column: string, type: unknown): boolean {
  const cast = (using as { readonly TypeCast?: PostgresSyntaxTreeNode }).TypeCast
  if (cast) return plain(cast['typeName']) === plain(type) && isOwnCast(cast['arg'], column, type)
  const fields = (using as { readonly ColumnRef?: PostgresSyntaxTreeNode }).ColumnRef?.['fields']
  return (
    Array.isArray(fields) &&
    syntaxTreeNodesOfKind(fields, 'String').at(-1)?.['sval'] === column &&
    syntaxTreeNodesOfKind(fields, 'A_Star').length === 0
  )
}

/**
 * Returns a part of a syntax tree as text without the positions in the statement. Two parts with equal texts mean the same SQL.
 */
function plain(tree: unknown): string {
  return JSON.stringify(tree, (key, value: unknown) => (key === 'location' ? undefined : value))
}

/**
 * Returns the expression after the first USING at or after `from`, which is a position in bytes. The expression ends at the comma
 * that ends the action of ALTER TABLE.
 */
function expressionAt(text: string, from: number): string {
  const rest = Buffer.from(text).subarray(from).toString()
  const start = /\busing\b/i.exec(rest.replaceAll(QUOTED, (found) => '_'.repeat(found.length)))
  if (!start) return 'USING'
  const expression = rest.slice(start.index + start[0].length)
  let depth = 0
  for (const { 0: found, index } of expression.matchAll(QUOTED_OR_SIGN)) {
    if (found === '(' || found === '[') depth++
    else if (found === ')' || found === ']') depth--
    else if (depth === 0 && (found === ',' || found === ';')) return oneLine(expression.slice(0, index))
  }
  return oneLine(expression)
}

const QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"/g
const QUOTED_OR_SIGN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[()[\],;]/g

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/**
 * Returns the writes of DO blocks and routines that rewrote a table. The text of the DO block or of the call does not show the
 * rewrite, but the table has another file after a rewrite.
 */
async function hiddenRewrites(priced: readonly StatementTextWithPrice[]): Promise<readonly RowWrite[]> {
  const found: RowWrite[] = []
  for (const { text, price } of priced) {
    if (price.works !== 'rewrite') continue
    const parsed = await parsePostgresStatements({ file: '', text }).catch(() => [])
    if (!parsed.some(({ kind, tree }) => isDoOrCall(kind) || (kind === 'SelectStmt' && mayCallWritingFunction(tree)))) continue
    found.push(...price.tables.map((table) => ({ table, rewrites: 'a block or a routine rewrites its rows' })))
  }
  return found
}
