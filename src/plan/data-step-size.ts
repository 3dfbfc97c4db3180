import { UNKNOWN_WRITTEN_TABLE } from '../effect/row-write.ts'
import type { PhasePolicy } from '../phase/policy.ts'
import type { DeclarationWithReason, FrontMatter, Migration } from '../release/migration.ts'
import type { DialectName } from '../schema/object.ts'
import type { RecordedMigration } from '../state/recording.ts'
import { makeBatchedDataStepTemplate } from './batched-form.ts'
import type { TableSizesByName, TableWithSize } from './estimate.ts'
import { maskSqlLiterals, namesInSqlText } from './statement-outline.ts'

/** The name that a migration file contains after `despite` if the file accepts a large data step in one transaction. */
export const ONE_TRANSACTION_RULE_NAME = 'one-transaction'

/** The cost of a data step in one transaction. `tables` contains the tables whose rows the data step writes or copies. */
export interface DataStepCost {
  readonly tables: readonly TableWithSize[]
  /** The total number of rows of the tables that the data step writes or copies. The data step can write fewer rows. */
  readonly rows: number
  /** The time in seconds for which the transaction locks rows if the data step writes all rows. */
  readonly seconds: number
}

// The number of rows that one UPDATE writes in a second. The number is half of the slowest rate that was measured for narrow rows
// with one index, on PostgreSQL 15 and 18, MySQL 9.7 and MariaDB 10.11 on two cores. In a table with several indexes, an UPDATE
// is slower.
const ROWS_PER_SECOND = 40_000

/** The facts about a data step from which the engine estimates its cost. */
export interface DataStepCostInput {
  readonly dialect: DialectName
  /** The statements of the data step's file. The value is undefined for a function. */
  readonly statements: readonly string[] | undefined
  readonly recorded: RecordedMigration
  /** The names of the tables in the schema before the data step. */
  readonly tablesBefore: readonly string[]
}

/**
 * Returns true if the size limit of the policy applies to a migration. The limit applies to a data step that writes rows and does
 * not run in batches.
 */
export function isOneTransactionDataStep({ phase }: Migration, recorded: RecordedMigration, declarations: FrontMatter): boolean {
  return phase === 'migrate' && recorded.wrote && !declarations.batch && !recorded.derived
}

/** Returns the names of all tables whose size can influence the cost of the data step. */
export function tablesInfluencingDataStepCost({ statements, recorded, tablesBefore, dialect }: DataStepCostInput): readonly string[] {
  const named = statements === undefined ? [] : statements.flatMap((text) => tablesNamed(text, tablesBefore, dialect))
  return [...new Set([...tablesWrittenByDataStep(recorded), ...named])]
}

/** Estimates the cost of a data step from the sizes of its tables. */
export function estimateDataStepCost(step: DataStepCostInput, sizes: TableSizesByName): DataStepCost {
  const { statements, recorded } = step
  const rowsOf = (table: string) => sizes.get(table)?.rows ?? 0
  const parts =
    statements === undefined ? [tablesWrittenByDataStep(recorded)] : statements.map((text) => tablesOfStatement(text, step, rowsOf))
  const sums = parts.map((tables) => tables.reduce((sum, table) => sum + rowsOf(table), 0))
  // Statements that are committed one by one release their row locks after each commit, so only the largest statement counts.
  const rows = recorded.path === 'together' ? sums.reduce((sum, one) => sum + one, 0) : Math.max(0, ...sums)
  const tables = [...new Set(parts.flat())].sort((a, b) => rowsOf(b) - rowsOf(a))
  return { tables: tables.map((table) => ({ table, ...sizes.get(table) })), rows, seconds: rows / ROWS_PER_SECOND }
}

/** Returns the largest number of rows that a limit in rows, in seconds or in both allows. */
export function largestRowCountWithinLimit({ rows, seconds }: NonNullable<PhasePolicy['oneTransaction']>): number {
  return Math.min(rows ?? Number.POSITIVE_INFINITY, seconds === undefined ? Number.POSITIVE_INFINITY : seconds * ROWS_PER_SECOND)
}

/**
 * Returns the refusal of a data step that exceeds the size limit of the policy. If the file accepts the size, the result contains
 * the declaration `despite`. Returns undefined for a data step within the limit.
 */
export function refusalOfDataStepSize(
  migration: Migration,
  { dialect, statements }: Pick<DataStepCostInput, 'dialect' | 'statements'>,
  cost: DataStepCost,
  declarations: FrontMatter,
  limit: NonNullable<PhasePolicy['oneTransaction']>,
): { readonly refused: string; readonly despite?: DeclarationWithReason } | undefined {
  if (cost.rows <= largestRowCountWithinLimit(limit)) return undefined
  const despite = declarations.despite.find(({ effect }) => effect === ONE_TRANSACTION_RULE_NAME)
  return { refused: formatRefusedSize(migration, { dialect, statements }, cost, limit), ...(despite && { despite }) }
}

function formatRefusedSize(
  { file, phase, body }: Migration,
  { dialect, statements }: Pick<DataStepCostInput, 'dialect' | 'statements'>,
  { tables, rows, seconds }: DataStepCost,
  { rows: most, seconds: longest, reason }: NonNullable<PhasePolicy['oneTransaction']>,
): string {
  const about = tables.some(({ isLowerBound }) => isLowerBound) ? 'at least' : 'about'
  const limits = [...(most === undefined ? [] : [`${count(most)} rows`]), ...(longest === undefined ? [] : [`${longest} seconds`])]
  const says =
    `${file}: ${phase} refuses the data step in one transaction: ${tables.map(({ table }) => table).join(', ')} ` +
    `${tables.length === 1 ? 'has' : 'have'} ${about} ${count(rows)} rows, and the row locks would last ${about} ${count(Math.ceil(seconds))} s. ` +
    `The limit is ${limits.join(' or ')}. ${reason}`
  const table = tables[0]?.table ?? ''
  const isFunction = body.kind === 'function'
  const despite = `${isFunction ? '//' : '--'} interphase: despite ${ONE_TRANSACTION_RULE_NAME} because …`
  return `${says}\n${isFunction ? adviceForFunction(table) : adviceForFile(table, statements ?? [], dialect)}\nTo accept the size instead: ${despite}`
}

function adviceForFunction(table: string): string {
  return `Declare the step, which then runs in batches: export default migrate({ table: '${table}', set: { <column>: sql\`<expression>\` } })
If SQL cannot compute the values, receive the rows of each batch: migrate({ table: '${table}', batch: async ({ rows, query }) => { … } })`
}

function adviceForFile(table: string, statements: readonly string[], dialect: DialectName): string {
  const [only] = statements.length === 1 ? statements : []
  const { frontMatter, statement } = makeBatchedDataStepTemplate(table, only, dialect)
  if (statement !== undefined) return `The same step in batches:\n${frontMatter}\n${statement}`
  return `Write the step in batches:\n${frontMatter}\nEach statement needs the placeholder :batch in its WHERE clause; docs/batches.md shows examples.`
}

function count(number: number): string {
  return Math.round(number).toLocaleString('en-US')
}

/**
 * Returns the names of the tables whose rows a statement writes. For an INSERT … SELECT, returns only the largest table from
 * which the statement copies rows.
 */
function tablesOfStatement(
  text: string,
  { recorded, tablesBefore, dialect }: DataStepCostInput,
  rowsOf: (table: string) => number,
): readonly string[] {
  const code = withoutClauses(maskSqlLiterals(text, dialect))
  const written = tablesWrittenByDataStep(recorded)
  const [verb = ''] = /[a-z]+/i.exec(code) ?? []
  if (/^(?:do|call|select|execute|begin|perform|with)$/i.test(verb) && !/\b(?:insert|update|delete|merge|replace)\b/i.test(code))
    return written
  if (!/^(?:with|insert|replace|update|delete|merge|do|call|begin|select)$/i.test(verb)) return []
  const own = written.filter((table) => tablesNamed(text, tablesBefore, dialect).includes(table))
  if (/\b(?:update|delete|merge)\b/i.test(code)) return own.length > 0 ? own : written
  if (!/\b(?:select|table)\b/i.test(code)) return []
  const [largest] = sourcesOfCopy(text, code, tablesBefore, dialect).sort((a, b) => rowsOf(b) - rowsOf(a))
  return largest === undefined ? [] : [largest]
}

/**
 * Replaces by blanks the clauses that contain a verb such as UPDATE but are not statements, such as FOR UPDATE. A later search
 * for these verbs then finds only the verbs of statements.
 */
function withoutClauses(code: string): string {
  return code.replaceAll(
    /\bon\s+duplicate\s+key\s+update\b|\bdo\s+update\b|\bfor\s+(?:no\s+key\s+)?update\b|\bon\s+(?:update|delete)\b/gi,
    blank,
  )
}

/**
 * Returns the names of the tables from which an INSERT … SELECT copies rows. The result does not contain a table in EXISTS (…) or
 * IN (…), because such a table only limits the rows.
 */
function sourcesOfCopy(text: string, code: string, tablesBefore: readonly string[], dialect: DialectName): string[] {
  const from = /\bselect\b|\btable\b/i.exec(code)?.index ?? 0
  return [...tablesNamed(withoutTests(text.slice(from), code.slice(from)), tablesBefore, dialect)]
}

function withoutTests(text: string, code: string): string {
  let shown = text
  for (const { index, 0: head } of code.matchAll(/\b(?:exists|in)\s*\(/gi)) {
    const end = endOfParentheses(code, index + head.length)
    shown = shown.slice(0, index) + blank(shown.slice(index, end)) + shown.slice(end)
  }
  return shown
}

function endOfParentheses(code: string, from: number): number {
  let depth = 1
  for (let at = from; at < code.length; at++) {
    if (code[at] === '(') depth++
    if (code[at] === ')') depth--
    if (depth === 0) return at + 1
  }
  return code.length
}

function tablesNamed(text: string, tablesBefore: readonly string[], dialect: DialectName): readonly string[] {
  const names = new Set(namesInSqlText(text, dialect))
  return tablesBefore.filter((table) => names.has((table.split('.').at(-1) ?? table).toLowerCase()))
}

/**
 * Returns the names of the tables that the data step wrote on the shadow. If these tables are unknown, returns all tables that
 * the data step touched.
 */
export function tablesWrittenByDataStep({ writes, footprint }: RecordedMigration): readonly string[] {
  const written = [...new Set(writes.map(({ table }) => table))]
  if (written.length > 0 && !written.includes(UNKNOWN_WRITTEN_TABLE)) return written
  return footprint.flatMap((group) => (group.startsWith('table:') ? [group.slice('table:'.length)] : []))
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ')
}
