import { sha256Digest } from '../../../digest.ts'
import type { OpaqueObject, SchemaObject, TableObject } from '../../../schema/object.ts'
import { MysqlDefinitionTokenReader } from '../text/cursor.ts'
import { type MysqlToken, unquoteMysqlString } from '../text/lexer.ts'
import { makeMysqlObjectCollation } from './collation.ts'
import { makeMysqlCheckObject, parseMysqlColumnLine } from './column.ts'
import { normalizeMysqlExpression, removeMysqlDatabaseName } from './expression.ts'
import { parseMysqlConstraintLine, parseMysqlIndexLine, type TableMemberObject } from './index-line.ts'
import { attachMysqlIndexesToForeignKeys } from './own-index.ts'
import type { MysqlDatabaseFacts, MysqlTableFacts } from './surroundings.ts'

/**
 * Parses the output of SHOW CREATE TABLE, which contains every part of the table as SQL. `information_schema` contains the same
 * facts, but reading one table from it takes seven queries and twenty times as much time.
 */
export function parseMysqlCreateTable(table: string, text: string, place: MysqlDatabaseFacts): readonly SchemaObject[] {
  const cursor = new MysqlDefinitionTokenReader(text)
  while (!cursor.done && !cursor.isNext('(')) cursor.next()
  const body = cursor.inside()
  const options = readOptions(cursor)
  const collation = options.collation ?? place.collationOf(options.characterSet ?? '')
  const lines = definitionsOf(body?.tokens ?? []).map((tokens) => new MysqlDefinitionTokenReader(text, tokens))
  const columns = lines.flatMap((line) => (line.peek()?.kind === 'name' ? [line.peek()?.value ?? ''] : []))
  const around = { table, columns: new Set(columns), collation: () => collation, ...place }
  const hung = attachMysqlIndexesToForeignKeys(lines.flatMap((line) => readLine(line, around)))
  const object: TableObject = {
    kind: 'table',
    name: table,
    columns,
    ...(options.partitioning === undefined ? {} : { partitioning: removeMysqlDatabaseName(options.partitioning, place.database) }),
    ...(options.traits.length === 0 ? {} : { traits: options.traits }),
    ...makeMysqlObjectCollation(collation, place),
    ...(options.comment === undefined ? {} : { comment: options.comment }),
  }
  return [object, ...hung]
}

/** Splits the tokens of a table definition at the commas outside of parentheses. */
function definitionsOf(tokens: readonly MysqlToken[]): readonly (readonly MysqlToken[])[] {
  const found: MysqlToken[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (token.kind === 'symbol' && token.value === '(') depth++
    if (token.kind === 'symbol' && token.value === ')') depth--
    if (token.kind === 'symbol' && token.value === ',' && depth === 0) found.push([])
    else found.at(-1)?.push(token)
  }
  return found
}

function readLine(line: MysqlDefinitionTokenReader, around: MysqlTableFacts): readonly TableMemberObject[] {
  if (line.peek()?.kind === 'name') return parseMysqlColumnLine(line, around)
  if (line.skip('CHECK')) return [makeMysqlCheckObject(around, '', normalizeMysqlExpression(line.inside()?.text ?? '', around.database))]
  return [
    (line.isNext('CONSTRAINT') ? parseMysqlConstraintLine(line, around) : parseMysqlIndexLine(line, around)) ?? opaqueLine(line, around),
  ]
}

function opaqueLine(line: MysqlDefinitionTokenReader, around: MysqlTableFacts): OpaqueObject {
  const what = line.skip('PERIOD', 'FOR') ? 'period' : 'definition'
  const name = line.name()
  return { kind: 'opaque', what, table: around.table, name, hash: sha256Digest(line.until().text) }
}

interface Options {
  characterSet?: string
  collation?: string
  comment?: string
  partitioning?: string
  readonly traits: string[]
}

/**
 * Parses the options of a table: storage engine, character set, collation, comment, system versioning and partitioning. The
 * function ignores options that concern only the storage of the rows, because they are not part of a state.
 */
function readOptions(cursor: MysqlDefinitionTokenReader): Options {
  const options: Options = { traits: [] }
  while (!cursor.done) {
    if (cursor.skip('ENGINE', '=')) addEngine(options, cursor.name())
    else if (cursor.skip('CHARSET', '=')) options.characterSet = cursor.name()
    else if (cursor.skip('COLLATE', '=')) options.collation = cursor.name()
    else if (cursor.skip('COMMENT', '=')) options.comment = unquoteMysqlString(cursor.next()?.value ?? "''")
    else if (cursor.skip('WITH', 'SYSTEM', 'VERSIONING')) options.traits.push('system versioning')
    else if (cursor.isNext('PARTITION', 'BY')) options.partitioning = readPartitioning(cursor)
    else cursor.next()
  }
  options.traits.sort()
  return options
}

function addEngine(options: Options, engine: string): void {
  if (engine !== 'InnoDB') options.traits.push(`engine ${engine}`)
}

/**
 * Parses the partitioning method of a table. The function ignores the individual partitions, because the application can add and
 * drop partitions. Partitions are therefore not part of a state.
 */
function readPartitioning(cursor: MysqlDefinitionTokenReader): string {
  const words: string[] = []
  while (!cursor.done && !cursor.isNext('(', 'PARTITION') && !cursor.isNext('PARTITIONS') && !cursor.isNext('SUBPARTITIONS')) {
    const inside = cursor.inside()
    words.push(inside ? `(${inside.text})` : cursor.name())
  }
  return words.join(' ')
}
