import { type GeneratedValue, generatedValueFromSqlConstant, generatedValueFromText } from './cell.ts'
import type { RandomNumberGenerator } from './random.ts'
import type { ParsedColumnType } from './type.ts'

/**
 * The source of a generated value: the random generator, and, for a unique value, a number that no other row of the table has.
 */
export interface GeneratedValueSource {
  readonly random: RandomNumberGenerator
  readonly ordinal?: number
}

/**
 * Generates a value of a column type. The values are not extreme, because an extreme value that no application writes would make
 * a sound data step overflow.
 */
export function generateValueOfType(type: ParsedColumnType, drawing: GeneratedValueSource): GeneratedValue {
  if (type.isArray) return arrayOf(type, drawing)
  if (type.labels.length > 0) return generatedValueFromText(type.labels[numberFor(drawing, type.labels.length)] ?? '')
  const make = MAKERS.get(type.base)
  return make ? make(type, drawing) : generatedValueFromText(drawing.random.pick(ANYTHING) ?? '')
}

/**
 * Returns true if only the application knows which texts are meaningful in a column of the given type. This is so for text types,
 * for documents such as JSON, and for types that the engine does not know.
 */
export function isFreeTextType(type: ParsedColumnType): boolean {
  return !type.isArray && type.labels.length === 0 && (FREE.has(type.base) || !MAKERS.has(type.base))
}

/** Returns true if the column type is numeric. */
export function isNumericColumnType(type: ParsedColumnType): boolean {
  return !type.isArray && NUMBERS.has(type.base)
}

/** Generates an array with one element or without elements. */
function arrayOf(type: ParsedColumnType, drawing: GeneratedValueSource): GeneratedValue {
  const inner = generateValueOfType({ ...type, isArray: false }, drawing)
  if (inner.kind !== 'text' || (drawing.ordinal === undefined && drawing.random.below(3) === 0)) return generatedValueFromText('{}')
  return generatedValueFromText(`{"${inner.text.replace(/["\\]/g, '\\$&')}"}`)
}

type Maker = (type: ParsedColumnType, drawing: GeneratedValueSource) => GeneratedValue

const WORDS = ['flange', 'grommet', 'sprocket', 'gasket', 'bearing', 'washer', 'Öse', "O'Ring", 'a longer word in two parts']

// The values that the rehearsal tries for an unknown type. Most types accept one of these values.
const ANYTHING = ['1', 'a', '{}', '[]', '(1,1)', '0/1', '']

const WORDY = ['text', 'character varying', 'character', 'citext', 'name', 'varchar', 'char', 'tinytext', 'mediumtext', 'longtext']
const FREE = new Set([...WORDY, 'json', 'jsonb', 'xml', 'hstore'])

const WHOLE = ['smallint', 'integer', 'bigint', 'tinyint', 'mediumint', 'int', 'money']
const BROKEN = ['numeric', 'decimal', 'real', 'double precision', 'float', 'double']
const NUMBERS = new Set([...WHOLE, ...BROKEN])

/**
 * Returns a number from 0 to `limit` - 1. For a unique value, the function computes the number from `ordinal`, the number of the
 * row. For any other value, the number is random.
 */
function numberFor({ random, ordinal }: GeneratedValueSource, limit: number): number {
  return ordinal === undefined ? random.below(limit) : ordinal % limit
}

/**
 * Generates a whole number. A number that need not be unique is smaller than 1000. A unique number is usually far above the numbers
 * that people choose for their own rows.
 */
const whole =
  (limit: number): Maker =>
  (_, drawing) =>
    generatedValueFromText(numberFor(drawing, drawing.ordinal === undefined ? Math.min(limit, 1000) : limit))

const fixed =
  (...texts: readonly string[]): Maker =>
  (_, drawing) =>
    generatedValueFromText(texts[numberFor(drawing, texts.length)] ?? '')

const words: Maker = ({ sizes: [length = 255] }, { random, ordinal }) => {
  if (ordinal === undefined)
    return generatedValueFromText(
      Array.from(random.pick(WORDS) ?? '')
        .slice(0, length)
        .join(''),
    )
  const mark = ordinal.toString(36)
  return generatedValueFromText(length < mark.length + 5 ? mark.slice(-length) : `word-${mark}`)
}

const decimal: Maker = ({ sizes: [digits = 10, scale = 0] }, drawing) => {
  const limit = 10 ** Math.min(digits - scale, drawing.ordinal === undefined ? 3 : 9)
  const { random } = drawing
  const number = numberFor(drawing, limit)
  return generatedValueFromText(scale > 0 ? `${number}.${random.below(10 ** Math.min(scale, 4))}` : number)
}

const DAY_MS = 86_400_000
const SOME_DAY_MS = Date.UTC(2001, 0, 1)

const date: Maker = (_, drawing) =>
  generatedValueFromText(new Date(SOME_DAY_MS + numberFor(drawing, 8000) * DAY_MS).toISOString().slice(0, 10))
const moment: Maker = (_, { random, ordinal }) => {
  const after = ordinal === undefined ? random.below(8000) * DAY_MS : ordinal * 60_000
  return generatedValueFromText(new Date(SOME_DAY_MS + after).toISOString().slice(0, 19).replace('T', ' '))
}
const time: Maker = (_, drawing) => generatedValueFromText(new Date(numberFor(drawing, 86_400) * 1000).toISOString().slice(11, 19))

const uuid: Maker = (_, { random, ordinal }) =>
  generatedValueFromText(`00000000-0000-4000-8000-${(ordinal ?? random.below(2 ** 31)).toString(16).padStart(12, '0')}`)

const hexOf = ({ random, ordinal }: GeneratedValueSource, bytes: number) =>
  (ordinal ?? random.below(2 ** 31))
    .toString(16)
    .padStart(bytes * 2, '0')
    .slice(-bytes * 2)

const bytes: Maker = ({ base, sizes: [length = 4] }, drawing) => {
  const hex = hexOf(drawing, base === 'binary' ? length : Math.min(length, 4))
  return base === 'bytea' ? generatedValueFromText(`\\x${hex}`) : generatedValueFromSqlConstant(`x'${hex}'`)
}

const bits: Maker = ({ sizes: [length = 1] }, drawing) => {
  const digits = numberFor(drawing, 2 ** Math.min(length, 20)).toString(2)
  return generatedValueFromSqlConstant(`B'${digits.padStart(length, '0').slice(-length)}'`)
}

const geometry =
  (known: string): Maker =>
  ({ srid }, drawing) => {
    const at = 1 + numberFor(drawing, 80)
    const shape = known.replaceAll('$', String(at))
    return srid === undefined
      ? generatedValueFromSqlConstant(`ST_GeomFromText('${shape}')`)
      : generatedValueFromSqlConstant(`ST_GeomFromText('${shape}', ${srid})`)
  }

const tiny: Maker = (type, drawing) => (type.sizes[0] === 1 ? generatedValueFromText(numberFor(drawing, 2)) : whole(100)(type, drawing))

const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ...WORDY.map((base) => [base, words] as const),
  ['tinyint', tiny],
  ['smallint', whole(32_000)],
  ['mediumint', whole(8_000_000)],
  ['integer', whole(2 ** 31 - 1)],
  ['int', whole(2 ** 31 - 1)],
  ['bigint', whole(2 ** 31 - 1)],
  ['oid', whole(2 ** 31 - 1)],
  ['numeric', decimal],
  ['decimal', decimal],
  ['money', whole(100_000)],
  ...(['real', 'double precision', 'float', 'double'] as const).map((base) => [base, whole(1_000_000)] as const),
  ['boolean', fixed('true', 'false')],
  ['date', date],
  ...(['timestamp', 'timestamp without time zone', 'timestamp with time zone', 'datetime'] as const).map((base) => [base, moment] as const),
  ...(['time', 'time without time zone', 'time with time zone'] as const).map((base) => [base, time] as const),
  ['year', (_, drawing) => generatedValueFromText(1990 + numberFor(drawing, 60))],
  ['interval', (_, drawing) => generatedValueFromText(`${1 + numberFor(drawing, 90)} minutes`)],
  ['uuid', uuid],
  ['json', (_, drawing) => generatedValueFromText(`{"part": ${numberFor(drawing, 1000)}}`)],
  ['jsonb', (_, drawing) => generatedValueFromText(`{"part": ${numberFor(drawing, 1000)}}`)],
  ['xml', fixed('<part/>', '<part n="1"/>')],
  ['jsonpath', fixed('$.part')],
  ...(['bytea', 'binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob'] as const).map((base) => [base, bytes] as const),
  ['bit', bits],
  ['bit varying', bits],
  ['inet', (_, drawing) => generatedValueFromText(`10.0.${numberFor(drawing, 250)}.1`)],
  ['cidr', (_, drawing) => generatedValueFromText(`10.0.${numberFor(drawing, 250)}.0/24`)],
  ['inet4', (_, drawing) => generatedValueFromText(`10.0.${numberFor(drawing, 250)}.1`)],
  ['inet6', (_, drawing) => generatedValueFromText(`2001:db8::${numberFor(drawing, 9000)}`)],
  ['macaddr', fixed('08:00:2b:01:02:03')],
  ['macaddr8', fixed('08:00:2b:01:02:03:04:05')],
  ['tsvector', fixed('flange', 'grommet')],
  ['tsquery', fixed('flange', 'grommet')],
  ['int4range', fixed('[1,5)', '[5,9)')],
  ['int8range', fixed('[1,5)', '[5,9)')],
  ['numrange', fixed('[1,5)', '[5,9)')],
  ['daterange', fixed('[2001-01-01,2001-02-01)')],
  ['tsrange', fixed('[2001-01-01,2001-02-01)')],
  ['tstzrange', fixed('[2001-01-01,2001-02-01)')],
  ['line', fixed('{1,2,3}')],
  ['lseg', fixed('((1,1),(2,2))')],
  ['box', fixed('((1,1),(2,2))')],
  ['path', fixed('((1,1),(2,2))')],
  ['circle', fixed('<(1,1),2>')],
  ['geometry', geometry('POINT($ $)')],
  ['point', geometry('POINT($ $)')],
  ['polygon', geometry('POLYGON((0 0, 0 $, $ $, 0 0))')],
  ['flat point', fixed('(1,1)', '(2,3)')],
  ['flat polygon', fixed('((0,0),(0,1),(1,1))')],
  ['linestring', geometry('LINESTRING(0 0, $ $)')],
  ['multipoint', geometry('MULTIPOINT(($ $))')],
  ['multilinestring', geometry('MULTILINESTRING((0 0, $ $))')],
  ['multipolygon', geometry('MULTIPOLYGON(((0 0, 0 $, $ $, 0 0)))')],
  ['geometrycollection', geometry('GEOMETRYCOLLECTION(POINT($ $))')],
  ['geomcollection', geometry('GEOMETRYCOLLECTION(POINT($ $))')],
])
