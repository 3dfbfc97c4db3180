import type { RenamedObjectIds } from '../../../schema/difference.ts'
import { objectIdOf, type SchemaObject, type SchemaObjectId } from '../../../schema/object.ts'
import type { SchemaState } from '../../../schema/state.ts'
import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'
import { leadingWordsOfStatement } from '../text/manner.ts'
import { splitMysqlAlterTableActions } from './alteration.ts'

/** A rename of a table, a view, a column or an index that a statement performs. */
type Rename =
  | { readonly of: 'table'; readonly from: string; readonly to: string }
  | { readonly of: 'column' | 'index'; readonly table: string; readonly from: string; readonly to: string }

/**
 * Returns the renames that statements perform, as pairs of object ids. The function reads the texts of the statements, because
 * InnoDB's ids do not suffice. The ids identify a renamed table only until a rebuild, and do not identify renamed columns,
 * renamed indexes or swapped names. If another statement contains DROP, the result omits the renames.
 */
export function findRenamesInMysqlStatements(statements: readonly string[], before: SchemaState): RenamedObjectIds {
  const moved = new Moved(before)
  for (const text of statements) {
    // Another statement with DROP can drop the renamed object, and a new object can then get the same name. If another statement
    // contains DROP, the rename therefore does not count.
    const others = statements.filter((other) => other !== text)
    if (RENAMES.test(text) && !others.some((other) => /\bdrop\b/i.test(other))) for (const step of stepsOf(text)) moved.rename(step)
  }
  return moved.pairs()
}

/** Returns the old names of the tables that statements rename. */
export function findTablesRenamedByStatements(statements: readonly string[]): readonly string[] {
  const steps = statements.filter((text) => RENAMES.test(text)).flatMap((text) => stepsOf(text).flat())
  return steps.flatMap(({ of, from }) => (of === 'table' ? [from] : []))
}

const RENAMES = /\b(?:rename|change)\b/i

/** Returns the renames of one statement as a list of lists. The server performs the renames of an inner list at the same time. */
function stepsOf(text: string): readonly (readonly Rename[])[] {
  const tokens = tokenizeMysql(text).filter(({ kind }) => kind !== 'mark')
  const words = leadingWordsOfStatement(tokens).join(' ')
  const name = (token: MysqlToken | undefined) => (token?.kind === 'word' ? text.slice(token.start, token.end) : (token?.value ?? ''))
  if (/^RENAME TABLES?\b/.test(words)) return tableRenames(tokens, name)
  return /^ALTER (?:ONLINE |IGNORE )*TABLE\b/.test(words) ? alterRenames(tokens, name) : []
}

type NameOf = (token: MysqlToken | undefined) => string

/** Returns the renames of `RENAME TABLE a TO b, c TO d`. The server performs them from left to right. */
function tableRenames(tokens: readonly MysqlToken[], name: NameOf): readonly (readonly Rename[])[] {
  return splitMysqlAlterTableActions(tokens.slice(2)).flatMap((clause): readonly (readonly Rename[])[] => {
    const to = clause.findIndex(({ kind, value }) => kind === 'word' && value === 'TO')
    // MariaDB allows a lock timeout between the name of the table and the word TO of a rename. The function skips the timeout.
    const wait = clause.findIndex(({ kind, value }, index) => index > 0 && kind === 'word' && /^(?:WAIT|NOWAIT)$/.test(value))
    if (to < 1) return []
    return [[{ of: 'table', from: name(clause[(wait > 0 && wait < to ? wait : to) - 1]), to: name(clause.at(-1)) }]]
  })
}

function alterRenames(tokens: readonly MysqlToken[], name: NameOf): readonly (readonly Rename[])[] {
  const start = behind(tokens, tokens.findIndex(({ value }) => value === 'TABLE') + 1, ['IF', 'EXISTS'])
  const end = tokens[start + 1]?.value === '.' ? start + 3 : start + 1
  const renames = splitMysqlAlterTableActions(tokens.slice(end)).flatMap(
    (clause) => clauseRename(clause, name(tokens[end - 1]), name) ?? [],
  )
  // An ALTER TABLE renames the table itself last, independently of the position of the rename in the statement.
  return [renames.filter(({ of }) => of !== 'table'), renames.filter(({ of }) => of === 'table')]
}

const PARTS: ReadonlyMap<string, 'column' | 'index'> = new Map([
  ['COLUMN', 'column'],
  ['INDEX', 'index'],
  ['KEY', 'index'],
])

function clauseRename(clause: readonly MysqlToken[], table: string, name: NameOf): Rename | undefined {
  const [action, second] = clause.map(({ kind, value }) => (kind === 'word' ? value : ''))
  if (action === 'CHANGE') {
    const at = behind(clause, 1, ['COLUMN', 'IF', 'EXISTS'])
    return { of: 'column', table, from: name(clause[at]), to: name(clause[at + 1]) }
  }
  if (action !== 'RENAME') return undefined
  const of = PARTS.get(second ?? '')
  if (!of) return { of: 'table', from: table, to: name(clause.at(-1)) }
  const at = behind(clause, 2, ['IF', 'EXISTS'])
  return { of, table, from: name(clause[at]), to: name(clause[at + 2]) }
}

function behind(tokens: readonly MysqlToken[], from: number, words: readonly string[]): number {
  let at = from
  while (tokens[at]?.kind === 'word' && words.includes(tokens[at]?.value ?? '')) at += 1
  return at
}

/** An object that existed before the statements, with its current name. */
interface CurrentName {
  readonly object: SchemaObject
  table: string | undefined
  name: string
}

/**
 * The objects of the tables and views in which statements rename something, with the names that the objects have after the
 * renames so far.
 */
class Moved {
  readonly #before: SchemaState
  readonly #places = new Map<SchemaObjectId, CurrentName>()

  constructor(before: SchemaState) {
    this.#before = before
  }

  /** Applies renames that the server performs at the same time. Two columns can exchange their names in this way. */
  rename(renames: readonly Rename[]): void {
    const found = renames.flatMap((one) => this.#of(one).map((place) => ({ place, one })))
    for (const { place, one } of found) {
      if (one.of !== 'table') place.name = one.to
      else if (place.table === undefined) place.name = one.to
      else {
        place.table = one.to
        place.name = place.name.replace(SERVERS_OWN, (whole, from: string, rest: string) =>
          from === one.from ? `${one.to}${rest}` : whole,
        )
      }
    }
  }

  pairs(): RenamedObjectIds {
    const all = [...this.#places].map(([id, { object, table, name }]) => {
      return [id, objectIdOf({ ...object, name, ...(table === undefined ? {} : { table }) })] as const
    })
    return new Map(all.filter(([before, after]) => before !== after))
  }

  #of(rename: Rename): readonly CurrentName[] {
    const table = rename.of === 'table' ? rename.from : rename.table
    this.#load(table)
    const inTable = [...this.#places.values()].filter((place) => (place.table ?? place.name) === table)
    if (rename.of === 'table') return inTable
    const kinds: readonly string[] = rename.of === 'column' ? ['column'] : ['index', 'unique']
    // MySQL and MariaDB ignore the case of the names of columns and indexes.
    const isNamed = ({ name }: CurrentName) => name.toLowerCase() === rename.from.toLowerCase()
    return inTable.filter((place) => kinds.includes(place.object.kind) && isNamed(place))
  }

  #load(table: string): void {
    for (const key of [`table:${table}`, `view:${table}`]) {
      for (const [id, object] of this.#before.groups.get(key) ?? []) {
        if (this.#places.has(id)) continue
        this.#places.set(id, { object, name: object.name, table: 'table' in object ? object.table : undefined })
      }
    }
  }
}

// Matches the generated name of a foreign key or CHECK constraint. When a statement renames a table, the server changes the
// generated names.
const SERVERS_OWN = /^(.*)(_(?:ibfk|chk)_\d+)$/s
