import { digest } from '../../../digest.ts'
import type { OpaqueObject, SchemaObject, TableObject } from '../../../schema/object.ts'
import { Cursor } from '../text/cursor.ts'
import { type Token, unquote } from '../text/lexer.ts'
import { collationFact } from './collation.ts'
import { checkOf, readColumn } from './column.ts'
import { plainExpression, withoutDatabase } from './expression.ts'
import { readConstraint, readIndex, type TablePart } from './index-line.ts'
import { adoptOwnIndexes } from './own-index.ts'
import type { DatabaseFacts, TableContext } from './surroundings.ts'

/**
 * Reads a table from the output of SHOW CREATE TABLE, which prints every part of the table as SQL. Reading the same facts from
 * `information_schema` needs seven queries and takes twenty times as long for one table.
 */
export function readTable(table: string, text: string, place: DatabaseFacts): readonly SchemaObject[] {
  const cursor = new Cursor(text)
  while (!cursor.done && !cursor.sees('(')) cursor.next()
  const body = cursor.inside()
  const options = readOptions(cursor)
  const collation = options.collation ?? place.collationOf(options.characterSet ?? '')
  const lines = definitionsOf(body?.tokens ?? []).map((tokens) => new Cursor(text, tokens))
  const columns = lines.flatMap((line) => (line.peek()?.kind === 'name' ? [line.peek()?.value ?? ''] : []))
  const around = { table, columns: new Set(columns), collation: () => collation, ...place }
  const hung = adoptOwnIndexes(lines.flatMap((line) => readLine(line, around)))
  const object: TableObject = {
    kind: 'table',
    name: table,
    columns,
    ...(options.partitioning === undefined ? {} : { partitioning: withoutDatabase(options.partitioning, place.database) }),
    ...(options.traits.length === 0 ? {} : { traits: options.traits }),
    ...collationFact(collation, place),
    ...(options.comment === undefined ? {} : { comment: options.comment }),
  }
  return [object, ...hung]
}

/** Splits the tokens of a table definition at the commas outside of parentheses. */
function definitionsOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const found: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (token.kind === 'symbol' && token.value === '(') depth++
    if (token.kind === 'symbol' && token.value === ')') depth--
    if (token.kind === 'symbol' && token.value === ',' && depth === 0) found.push([])
    else found.at(-1)?.push(token)
  }
  return found
}

function readLine(line: Cursor, around: TableContext): readonly TablePart[] {
  if (line.peek()?.kind === 'name') return readColumn(line, around)
  if (line.takes('CHECK')) return [checkOf(around, '', plainExpression(line.inside()?.text ?? '', around.database))]
  return [(line.sees('CONSTRAINT') ? readConstraint(line, around) : readIndex(line, around)) ?? opaqueLine(line, around)]
}

function opaqueLine(line: Cursor, around: TableContext): OpaqueObject {
  const what = line.takes('PERIOD', 'FOR') ? 'period' : 'definition'
  const name = line.name()
  return { kind: 'opaque', what, table: around.table, name, hash: digest(line.until().text) }
}

interface Options {
  characterSet?: string
  collation?: string
  comment?: string
  partitioning?: string
  readonly traits: string[]
}

/** Reads the options of a table: ENGINE, character set, comment and partitioning. Options of the row storage are not part of a state. */
function readOptions(cursor: Cursor): Options {
  const options: Options = { traits: [] }
  while (!cursor.done) {
    if (cursor.takes('ENGINE', '=')) addEngine(options, cursor.name())
    else if (cursor.takes('CHARSET', '=')) options.characterSet = cursor.name()
    else if (cursor.takes('COLLATE', '=')) options.collation = cursor.name()
    else if (cursor.takes('COMMENT', '=')) options.comment = unquote(cursor.next()?.value ?? "''")
    else if (cursor.takes('WITH', 'SYSTEM', 'VERSIONING')) options.traits.push('system versioning')
    else if (cursor.sees('PARTITION', 'BY')) options.partitioning = readPartitioning(cursor)
    else cursor.next()
  }
  options.traits.sort()
  return options
}

function addEngine(options: Options, engine: string): void {
  if (engine !== 'InnoDB') options.traits.push(`engine ${engine}`)
}

/**
 * Reads the partitioning method of a table. The single partitions are not part of a state, because the application may add and drop
 * them.
 */
function readPartitioning(cursor: Cursor): string {
  const words: string[] = []
  while (!cursor.done && !cursor.sees('(', 'PARTITION') && !cursor.sees('PARTITIONS') && !cursor.sees('SUBPARTITIONS')) {
    const inside = cursor.inside()
    words.push(inside ? `(${inside.text})` : cursor.name())
  }
  return words.join(' ')
}
