import { findExceededCeiling, type PriceCeilingName, type PriceOfStep } from '../effect/price.ts'
import type { PhasePolicy } from '../phase/policy.ts'
import type { DeclarationWithReason, FrontMatter, Migration } from '../release/migration.ts'
import type { Difference } from '../schema/difference.ts'
import { objectOfDifference } from '../schema/difference.ts'
import { type DialectName, formatObjectName, type SchemaObject } from '../schema/object.ts'
import type { RecordedMigration } from '../state/recording.ts'
import { describeOnlineAlternative, findWholeTableWorkReason, textMentionsReason, type WholeTableWorkReason } from './online-way.ts'

/** A statement whose price exceeds a ceiling of its phase's policy. */
export interface ExceededPriceCeiling {
  readonly migration: Migration
  /** The index of the statement in its file, counted from 0. */
  readonly statement: number
  readonly rule: PriceCeilingName
  readonly price: PriceOfStep
  /** The reason for the ceiling, in the words of the policy. */
  readonly reason: string
  /** The declaration in the migration file that the ceiling is exceeded on purpose. Absent if the file has no such declaration. */
  readonly despite?: DeclarationWithReason
}

/** Lists the statements that exceed a ceiling of the policy, in running order, each with the declaration in its file. */
export function findExceededPriceCeilings(
  migration: Migration,
  recorded: RecordedMigration,
  declarations: FrontMatter,
  policy: PhasePolicy,
): readonly ExceededPriceCeiling[] {
  const { scan, rewrite } = policy.price
  return recorded.prices.flatMap((price, statement): readonly ExceededPriceCeiling[] => {
    const rule = findExceededCeiling(price, { scan: scan.blocks, rewrite: rewrite.blocks })
    if (rule === undefined) return []
    const despite = declarations.despite.find(({ effect }) => effect === rule)
    return [{ migration, statement, rule, price, reason: policy.price[rule].reason, ...(despite && { despite }) }]
  })
}

/** The cause of an exceeded ceiling, and a way to make the same change while other sessions continue. */
export interface ExceededCeilingCause {
  /** The object that makes the statement expensive, such as `index item_price on item`, or else the table. */
  readonly object: string
  readonly instead: string
}

/**
 * Explains why a statement exceeds a ceiling, from the schema changes of the statement. `text` is the text of the statement, if it is
 * known.
 */
export function explainExceededCeiling(
  dialect: DialectName,
  { migration, price, rule }: ExceededPriceCeiling,
  recorded: RecordedMigration,
  text?: string,
): ExceededCeilingCause {
  const isAlone = recorded.prices.filter(({ step }) => step === price.step).length === 1
  const done = recorded.phased[price.step] ?? []
  const dear = done.flatMap((difference) => {
    const reason = isOn(difference, price.tables) ? findWholeTableWorkReason(difference, rule) : undefined
    return reason === undefined ? [] : [{ difference, reason }]
  })
  const found = isAlone && dear.length === 1 ? dear[0] : causeIn(text, dear)
  const object = found
    ? formatObjectName(objectOfDifference(found.difference))
    : price.tables.map((table) => `table ${table}`).join(' and ')
  const reason = found?.reason ?? (text !== undefined && textMentionsReason('refresh', text) ? 'refresh' : undefined)
  return { object, instead: formatFrontMatterLine(migration, describeOnlineAlternative(dialect, rule, reason)) }
}

/** Changes the comments `-- interphase: …` in a text to the comment syntax of the migration file: `//` for a function. */
export function formatFrontMatterLine({ body }: Migration, words: string): string {
  return body.kind === 'function' ? words.replaceAll('-- interphase:', '// interphase:') : words
}

interface Dear {
  readonly difference: Difference
  readonly reason: WholeTableWorkReason
}

/**
 * Finds the change that this statement caused, among the changes that several statements made together. The text must contain the kind
 * of the change and the names of the object, its columns and its table. The name alone is not enough, because a statement can mention
 * the object of another one.
 */
function causeIn(text: string | undefined, dear: readonly Dear[]): Dear | undefined {
  if (text === undefined || VEILED.test(text)) return dear[0]
  const plain = text.replaceAll(/'(?:[^']|'')*'|--[^\n]*/g, "''")
  const fitting = dear.flatMap((one): readonly Dear[] => {
    if (textMentionsReason(one.reason, plain)) return [one]
    return isProvenBy(plain, objectOfDifference(one.difference)) ? [{ ...one, reason: 'proof' }] : []
  })
  const names = (object: SchemaObject) => columnsOf(object).filter((name) => mentions(plain, name)).length
  const score = ({ difference }: Dear) => {
    const object = objectOfDifference(difference)
    const isWhole = columnsOf(object).length > 0 && names(object) === columnsOf(object).length
    return (mentions(plain, object.name) ? 3 : 0) + (isWhole ? 4 : 0) + ('table' in object && mentions(plain, object.table ?? '') ? 1 : 0)
  }
  return fitting.reduce<Dear | undefined>((best, one) => (best === undefined || score(one) > score(best) ? one : best), undefined)
}

/** True for the statement that validates a rule. If one transaction adds and validates a rule, only the validation reads the rows. */
function isProvenBy(text: string, object: SchemaObject): boolean {
  return /\bvalidate\s+constraint\b/i.test(text) && mentions(text, object.name)
}

// Matches a block or a call, whose text does not contain the statements that run.
const VEILED = /^\s*(?:do|call|execute|begin)\b/i

function columnsOf(object: SchemaObject): readonly string[] {
  if (object.kind === 'column') return [object.name]
  if (object.kind === 'index') return object.keys
  return 'columns' in object && object.kind !== 'view' && object.kind !== 'table' && object.columns ? object.columns : []
}

function isOn(difference: Difference, tables: readonly string[]): boolean {
  const subject = objectOfDifference(difference)
  if (subject.kind === 'table') return tables.includes(subject.name)
  return 'table' in subject && subject.table !== undefined && tables.includes(subject.table)
}

function mentions(text: string, name: string): boolean {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_$]+/u)
    .includes(name.toLowerCase())
}
