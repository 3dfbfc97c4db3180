import { brokenBy, type CeilingName, type Price } from '../effect/price.ts'
import type { Policy } from '../phase/policy.ts'
import type { Declared, FrontMatter, Migration } from '../release/migration.ts'
import type { Difference } from '../schema/difference.ts'
import { subjectOf } from '../schema/difference.ts'
import { type DialectName, nameOf, type SchemaObject } from '../schema/object.ts'
import type { RecordedMigration } from '../state/recording.ts'
import { onlineWay, type Reason, reasonFor, saysReason } from './online-way.ts'

/** A statement that is dearer than the policy of its phase allows. */
export interface Breach {
  readonly migration: Migration
  /** Counted from 0. */
  readonly statement: number
  readonly rule: CeilingName
  readonly price: Price
  /** The policy's own words. */
  readonly reason: string
  /** The file says that it breaks the ceiling on purpose, and why. */
  readonly despite?: Declared
}

/** The statements that break a ceiling of price, in the order in which they run, with what the file says of it. */
export function breachesOf(migration: Migration, recorded: RecordedMigration, says: FrontMatter, policy: Policy): readonly Breach[] {
  const { scan, rewrite } = policy.price
  return recorded.prices.flatMap((price, statement): readonly Breach[] => {
    const rule = brokenBy(price, { scan: scan.blocks, rewrite: rewrite.blocks })
    if (rule === undefined) return []
    const despite = says.despite.find(({ effect }) => effect === rule)
    return [{ migration, statement, rule, price, reason: policy.price[rule].reason, ...(despite && { despite }) }]
  })
}

/** What in a breach is dear, and how the same is done while others go on. */
export interface Explained {
  /** `index item_price on item`, or the table where nothing else can be named. */
  readonly object: string
  readonly instead: string
}

/** Finds the object by what the statement did on its tables; `text` is the statement, where there is one. */
export function explain(
  dialect: DialectName,
  { migration, price, rule, statement }: Breach,
  recorded: RecordedMigration,
  text?: string,
): Explained {
  const isAlone = recorded.prices.length === recorded.phased.length
  const done = isAlone ? (recorded.phased[statement] ?? []) : recorded.phased.flat()
  const dear = done.flatMap((difference) => {
    const reason = isOn(difference, price.tables) ? reasonFor(difference, rule) : undefined
    return reason === undefined ? [] : [{ difference, reason }]
  })
  const found = isAlone && dear.length === 1 ? dear[0] : causeIn(text, dear)
  const object = found ? nameOf(subjectOf(found.difference)) : price.tables.map((table) => `table ${table}`).join(' and ')
  const reason = found?.reason ?? (text !== undefined && saysReason('refresh', text) ? 'refresh' : undefined)
  return { object, instead: inTheFileOf(migration, onlineWay(dialect, rule, reason)) }
}

/** Front matter as it is written in this kind of file. */
export function inTheFileOf({ body }: Migration, words: string): string {
  return body.kind === 'function' ? words.replaceAll('-- interphase:', '// interphase:') : words
}

interface Dear {
  readonly difference: Difference
  readonly reason: Reason
}

/**
 * Of what several statements did together, what this one did: it says the kind of the change, and names the object, its columns
 * and its table as far as it has a name for them. Another statement's change is no cause, though its name may occur.
 */
function causeIn(text: string | undefined, dear: readonly Dear[]): Dear | undefined {
  if (text === undefined || VEILED.test(text)) return dear[0]
  const plain = text.replaceAll(/'(?:[^']|'')*'|--[^\n]*/g, "''")
  const fitting = dear.flatMap((one): readonly Dear[] => {
    if (saysReason(one.reason, plain)) return [one]
    return isProvenBy(plain, subjectOf(one.difference)) ? [{ ...one, reason: 'proof' }] : []
  })
  const names = (object: SchemaObject) => columnsOf(object).filter((name) => mentions(plain, name)).length
  const score = ({ difference }: Dear) => {
    const object = subjectOf(difference)
    const isWhole = columnsOf(object).length > 0 && names(object) === columnsOf(object).length
    return (mentions(plain, object.name) ? 3 : 0) + (isWhole ? 4 : 0) + ('table' in object && mentions(plain, object.table ?? '') ? 1 : 0)
  }
  return fitting.reduce<Dear | undefined>((best, one) => (best === undefined || score(one) > score(best) ? one : best), undefined)
}

/** The rule is made and proven in one transaction: of the two, the statement that proves it reads the rows. */
function isProvenBy(text: string, object: SchemaObject): boolean {
  return /\bvalidate\s+constraint\b/i.test(text) && mentions(text, object.name)
}

// The statements of a block or a routine are not in its text.
const VEILED = /^\s*(?:do|call|execute|begin)\b/i

function columnsOf(object: SchemaObject): readonly string[] {
  if (object.kind === 'column') return [object.name]
  if (object.kind === 'index') return object.keys
  return 'columns' in object && object.kind !== 'view' && object.kind !== 'table' && object.columns ? object.columns : []
}

function isOn(difference: Difference, tables: readonly string[]): boolean {
  const subject = subjectOf(difference)
  if (subject.kind === 'table') return tables.includes(subject.name)
  return 'table' in subject && subject.table !== undefined && tables.includes(subject.table)
}

function mentions(text: string, name: string): boolean {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_$]+/u)
    .includes(name.toLowerCase())
}
