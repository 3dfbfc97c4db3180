import { findExceededPriceCeiling, type PriceCeilingName, type StatementPriceOfStep } from '../effect/price.ts'
import type { PhasePolicy } from '../phase/policy.ts'
import type { DeclarationWithReason, FrontMatter, Migration } from '../release/migration.ts'
import type { Difference } from '../schema/difference.ts'
import { objectBeforeDifference } from '../schema/difference.ts'
import { type DialectName, formatObjectName, type SchemaObject, tableGroupKey } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import { findTableCopyReason, type TableCopyReason } from '../schema/table-copy.ts'
import type { RecordedMigration } from '../state/recording.ts'
import {
  describeAlternativeToCopy,
  describeOnlineAlternative,
  doesTextMentionWorkReason,
  findWholeTableWorkReason,
  type WholeTableWorkReason,
} from './online-way.ts'

/**
 * A statement whose price exceeds a price ceiling in the policy of its phase. A ceiling limits which sessions a statement blocks
 * and how long it works.
 */
export interface ExceededPriceCeiling {
  readonly migration: Migration
  /** The index of the statement's price in the recorded prices of the migration, counted from 0. */
  readonly statement: number
  readonly rule: PriceCeilingName
  readonly price: StatementPriceOfStep
  /** The reason that the policy gives for the price ceiling, which limits how many sessions a statement may block. */
  readonly reason: string
  /**
   * The declaration with which the migration file accepts that a statement exceeds the price ceiling of the policy. The field is
   * absent if the file has no such declaration.
   */
  readonly despite?: DeclarationWithReason
}

/**
 * Returns the statements that block more sessions than the policy allows for their duration, in the order in which they run, each
 * with the declaration that accepts it.
 */
export function findExceededPriceCeilings(
  migration: Migration,
  recorded: RecordedMigration,
  declarations: FrontMatter,
  policy: PhasePolicy,
): readonly ExceededPriceCeiling[] {
  const { scan, rewrite } = policy.price
  return recorded.prices.flatMap((price, statement): readonly ExceededPriceCeiling[] => {
    const rule = findExceededPriceCeiling(price, { scan: scan.blocks, rewrite: rewrite.blocks })
    if (rule === undefined) return []
    const despite = declarations.despite.find(({ effect }) => effect === rule)
    return [{ migration, statement, rule, price, reason: policy.price[rule].reason, ...(despite && { despite }) }]
  })
}

/** The cause of a price above the ceiling of the policy, and a way to make the same change without blocking other sessions. */
export interface ExceededPriceCeilingCause {
  /**
   * The object that makes the statement expensive, such as `index item_price on item`. If the object is unknown, the field
   * contains the tables of the price, such as `table item`.
   */
  readonly object: string
  readonly instead: string
}

/**
 * Returns the cause of a price above the ceiling, and a cheaper alternative. The function uses the schema changes of the
 * statement and its text. `text` is undefined if the text is unknown. `schemas` are the schemas before and after the release.
 */
export function explainExceededPriceCeiling(
  dialect: DialectName,
  { migration, price, rule }: ExceededPriceCeiling,
  recorded: RecordedMigration,
  schemas: readonly SchemaState[],
  text?: string,
): ExceededPriceCeilingCause {
  const isAlone = recorded.prices.filter(({ step }) => step === price.step).length === 1
  const done = recorded.phased[price.step] ?? []
  const dear = done.flatMap((difference) => {
    const reason = isOn(difference, price.tables) ? findWholeTableWorkReason(difference, rule) : undefined
    return reason === undefined ? [] : [{ difference, reason }]
  })
  const found = isAlone && dear.length === 1 ? dear[0] : causeIn(text, dear)
  const object = found
    ? formatObjectName(objectBeforeDifference(found.difference))
    : price.tables.map((table) => `table ${table}`).join(' and ')
  const reason = found?.reason ?? REASONS_IN_TEXT.find((one) => text !== undefined && doesTextMentionWorkReason(one, text))
  const copying = dialect === 'postgres' ? undefined : findCopyReason(schemas, price.tables)
  const isCause = copying?.kind === 'storage engine' || (copying?.kind === 'fulltext' && rule === 'rewrite')
  const instead = isCause ? describeAlternativeToCopy(copying) : describeOnlineAlternative(dialect, rule, reason)
  return { object, instead: convertCommentSyntaxToFile(migration, instead) }
}

/**
 * The reasons for reading or rewriting a whole table that only the text of a statement shows, because no change of the schema
 * shows them.
 */
const REASONS_IN_TEXT: readonly WholeTableWorkReason[] = ['refresh', 'partition']

/** Returns the reason why MySQL or MariaDB copies one of the tables when a statement changes it, if there is such a reason. */
function findCopyReason(schemas: readonly SchemaState[], tables: readonly string[]): TableCopyReason | undefined {
  const objects = schemas.flatMap(({ groups }) => tables.flatMap((table) => [...(groups.get(tableGroupKey(table))?.values() ?? [])]))
  return findTableCopyReason(objects)
}

/**
 * Returns a text in which each comment `-- interphase: …` has the comment syntax of the migration file. The syntax is `//` for a
 * function.
 */
export function convertCommentSyntaxToFile({ body }: Migration, words: string): string {
  return body.kind === 'function' ? words.replaceAll('-- interphase:', '// interphase:') : words
}

interface Dear {
  readonly difference: Difference
  readonly reason: WholeTableWorkReason
}

/**
 * Returns the change that one statement most probably caused, from the changes that several statements made together. The function
 * considers only changes of a kind that the text of the statement mentions, and selects the change whose object, columns and table
 * the text mentions most. Returns the first change if the text is unknown, or is a statement such as DO or CALL, which does not
 * show the statements that run.
 */
function causeIn(text: string | undefined, dear: readonly Dear[]): Dear | undefined {
  if (text === undefined || VEILED.test(text)) return dear[0]
  const plain = text.replaceAll(/'(?:[^']|'')*'|--[^\n]*/g, "''")
  const fitting = dear.flatMap((one): readonly Dear[] => {
    if (doesTextMentionWorkReason(one.reason, plain)) return [one]
    return isProvenBy(plain, objectBeforeDifference(one.difference)) ? [{ ...one, reason: 'proof' }] : []
  })
  const names = (object: SchemaObject) => columnsOf(object).filter((name) => mentions(plain, name)).length
  const score = ({ difference }: Dear) => {
    const object = objectBeforeDifference(difference)
    const isWhole = columnsOf(object).length > 0 && names(object) === columnsOf(object).length
    return (mentions(plain, object.name) ? 3 : 0) + (isWhole ? 4 : 0) + ('table' in object && mentions(plain, object.table ?? '') ? 1 : 0)
  }
  return fitting.reduce<Dear | undefined>((best, one) => (best === undefined || score(one) > score(best) ? one : best), undefined)
}

/**
 * Returns true if a statement validates the constraint `object`. If one transaction adds and validates a constraint, only the
 * validation reads the rows.
 */
function isProvenBy(text: string, object: SchemaObject): boolean {
  return /\bvalidate\s+constraint\b/i.test(text) && mentions(text, object.name)
}

// Matches a statement such as DO, CALL or EXECUTE, whose text does not contain the statements that run.
const VEILED = /^\s*(?:do|call|execute|begin)\b/i

function columnsOf(object: SchemaObject): readonly string[] {
  if (object.kind === 'column') return [object.name]
  if (object.kind === 'index' || object.kind === 'exclusion') return object.keys
  return 'columns' in object && object.kind !== 'view' && object.kind !== 'table' && object.columns ? object.columns : []
}

function isOn(difference: Difference, tables: readonly string[]): boolean {
  const subject = objectBeforeDifference(difference)
  if (subject.kind === 'table') return tables.includes(subject.name)
  return 'table' in subject && subject.table !== undefined && tables.includes(subject.table)
}

function mentions(text: string, name: string): boolean {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_$]+/u)
    .includes(name.toLowerCase())
}
