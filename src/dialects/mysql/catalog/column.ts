import { isUtf8 } from 'node:buffer'
import type { CheckObject, ColumnObject } from '../../../schema/object.ts'
import type { MysqlDefinitionTokenReader } from '../text/cursor.ts'
import { unquoteMysqlString } from '../text/lexer.ts'
import { isMysqlTextType, makeMysqlObjectCollation } from './collation.ts'
import { findNamesInBackticks, normalizeMysqlExpression } from './expression.ts'
import type { MysqlTableFacts } from './surroundings.ts'
import { isMysqlNumericType, normalizeMysqlColumnType } from './type.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

interface Draft {
  type: string
  nullable: boolean
  characterSet?: string
  collation?: string
  check?: string
  readonly facts: Partial<Writable<ColumnObject>>
}

/**
 * Parses the line of one column in the output of SHOW CREATE TABLE, and returns the column. If the line contains a CHECK
 * constraint, the result also contains the constraint as an object of the table. MariaDB prints a JSON column as `longtext` with
 * the CHECK constraint `json_valid`. For such a column, the result is one column of the type `json`.
 */
export function parseMysqlColumnLine(cursor: MysqlDefinitionTokenReader, around: MysqlTableFacts): readonly (ColumnObject | CheckObject)[] {
  const name = cursor.name()
  const draft: Draft = { type: readType(cursor), nullable: true, facts: {} }
  while (!cursor.done) readAttribute(cursor, draft, around)
  const json = draft.check !== undefined && draft.type === 'longtext' && draft.check === `json_valid(\`${name}\`)`
  const column: ColumnObject = {
    kind: 'column',
    table: around.table,
    name,
    type: json ? 'json' : draft.type,
    nullable: draft.nullable,
    ...draft.facts,
    ...(json ? {} : effectiveCollation(draft, around)),
  }
  // MariaDB uses the name of a column as the name of the CHECK constraint in its definition.
  return draft.check === undefined || json ? [column] : [column, { ...makeMysqlCheckObject(around, name, draft.check), ofColumn: true }]
}

export function makeMysqlCheckObject(around: MysqlTableFacts, name: string, expression: string): CheckObject {
  return { kind: 'check', table: around.table, name, expression, ...dependsOnFieldOfMysqlExpression(expression, around) }
}

/**
 * Returns the field `dependsOn` of an expression: the ids of the columns of the table whose names occur in backticks in the
 * expression. Returns an empty object if no such name occurs.
 */
export function dependsOnFieldOfMysqlExpression(expression: string, around: MysqlTableFacts): { readonly dependsOn?: readonly string[] } {
  const names = [...findNamesInBackticks(expression)].filter((name) => around.columns.has(name))
  return names.length === 0 ? {} : { dependsOn: names.map((name) => `column:${around.table}.${name}`).sort() }
}

function readType(cursor: MysqlDefinitionTokenReader): string {
  let text = cursor.name()
  const inside = cursor.inside()
  if (inside) text += `(${inside.text})`
  if (cursor.skip('UNSIGNED')) text += ' unsigned'
  if (cursor.skip('ZEROFILL')) text += ' zerofill'
  return normalizeMysqlColumnType(text)
}

const AFTER_A_DEFAULT = ['ON', 'COMMENT', 'AUTO_INCREMENT', 'CHECK', 'INVISIBLE', 'NOT', 'COLLATE']

function readAttribute(cursor: MysqlDefinitionTokenReader, draft: Draft, around: MysqlTableFacts): void {
  const { facts } = draft
  if (cursor.skip('NOT', 'NULL')) draft.nullable = false
  else if (cursor.skip('NULL')) draft.nullable = true
  else if (cursor.skip('CHARACTER', 'SET')) draft.characterSet = cursor.name()
  else if (cursor.skip('COLLATE')) draft.collation = cursor.name()
  else if (cursor.skip('DEFAULT')) readDefault(cursor, draft, around)
  else if (cursor.skip('ON', 'UPDATE')) facts.onUpdate = plainMoment(cursor.until(...AFTER_A_DEFAULT, 'DEFAULT').text)
  else if (cursor.skip('AUTO_INCREMENT')) facts.identity = 'auto increment'
  else if (cursor.skip('INVISIBLE')) facts.invisible = true
  else if (cursor.skip('COMMENT')) facts.comment = unquoteMysqlString(cursor.next()?.value ?? "''")
  else if (cursor.skip('CHECK')) draft.check = normalizeMysqlExpression(cursor.inside()?.text ?? '', around.database)
  else if (cursor.skip('GENERATED', 'ALWAYS', 'AS')) readGenerated(cursor, draft, around)
  else if (cursor.skip('SRID')) draft.type += ` srid ${cursor.name()}`
  else draft.type += ` ${rest(cursor)}`
}

/**
 * Returns the text of a column option that the catalog reader does not know. The text becomes a part of the column type, so that
 * the state contains every option.
 */
function rest(cursor: MysqlDefinitionTokenReader): string {
  const inside = cursor.inside()
  return inside ? `(${inside.text})` : cursor.name().toLowerCase()
}

function readDefault(cursor: MysqlDefinitionTokenReader, draft: Draft, around: MysqlTableFacts): void {
  const printed = cursor.until(...AFTER_A_DEFAULT).text
  if (/^NULL$/i.test(printed)) return
  const quotedNumber = isMysqlNumericType(draft.type) && /^'.*'$/.test(printed)
  draft.facts.default = quotedNumber
    ? unquoteMysqlString(printed)
    : plainMoment(plainBytes(normalizeMysqlExpression(printed, around.database)))
}

/**
 * Returns the default value of a binary column as MariaDB 10 prints it. MariaDB 11 prints `x'616200'`, and MariaDB 10 prints
 * `'ab\0'`. Bytes that are not valid UTF-8 keep the form of the server.
 */
function plainBytes(text: string): string {
  const bytes = Buffer.from(/^x'((?:[0-9a-f]{2})+)'$/i.exec(text)?.[1] ?? '', 'hex')
  if (bytes.length === 0 || !isUtf8(bytes)) return text
  return `'${bytes.toString().replace(/[\0\n\r\\']/g, (sign) => ESCAPED[sign] ?? sign)}'`
}

const ESCAPED: Readonly<Record<string, string>> = { '\0': '\\0', '\n': '\\n', '\r': '\\r', '\\': '\\\\', "'": "''" }

/** Returns the function `current_timestamp` in capitals and without empty parentheses. Returns any other text unchanged. */
function plainMoment(text: string): string {
  return text.replace(/^current_timestamp(?:\((\d*)\))?$/i, (_, digits: string | undefined) =>
    digits === undefined || digits === '' ? 'CURRENT_TIMESTAMP' : `CURRENT_TIMESTAMP(${digits})`,
  )
}

function readGenerated(cursor: MysqlDefinitionTokenReader, draft: Draft, around: MysqlTableFacts): void {
  if (cursor.skip('ROW')) {
    draft.type += ` generated always as row ${cursor.name().toLowerCase()}`
    return
  }
  const expression = normalizeMysqlExpression(cursor.inside()?.text ?? '', around.database)
  const stored = cursor.skip('STORED') || cursor.skip('PERSISTENT')
  cursor.skip('VIRTUAL')
  draft.facts.generated = { expression, stored }
  Object.assign(draft.facts, dependsOnFieldOfMysqlExpression(expression, around))
}

function effectiveCollation(
  { characterSet, collation, type }: Draft,
  around: MysqlTableFacts,
): Pick<ColumnObject, 'collation' | 'ofDatabase'> {
  if (!isMysqlTextType(type)) return {}
  return makeMysqlObjectCollation(collation ?? (characterSet === undefined ? around.collation() : around.collationOf(characterSet)), around)
}
