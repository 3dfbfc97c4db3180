import type { CatalogReading } from '../../../dialect/dialect.ts'
import { type ColumnObject, objectIdOf, type SchemaObject, type SchemaObjectId, type SequenceObject } from '../../../schema/object.ts'
import { objectsOfState, type SchemaState } from '../../../schema/state.ts'
import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'
import { mysqlStatementKindAt } from '../text/statements/phrase.ts'
import { definesStoredProgram, splitBodyStatements } from '../text/statements/starts.ts'

/**
 * Returns the AUTO_INCREMENT columns and MariaDB sequences of a schema state whose counters the statements set. The function
 * reads the texts of the statements, because a schema contains no counter values. `statements` also contains the texts that
 * routines and prepared statements executed.
 */
export function findCountersSetByStatements(statements: readonly string[], { state }: CatalogReading): readonly SchemaObjectId[] {
  const run = statements.filter((text) => !definesStoredProgram(tokenizeMysql(text))).flatMap(splitBodyStatements)
  const read = [...run.filter((text) => MENTIONS.test(text)), ...functionsCalled(run, state)].map((text) =>
    tokenizeMysql(text).filter(({ kind }) => kind !== 'mark'),
  )
  const set = read.flatMap(placesSet)
  if (set.length === 0) return []
  const found = [...objectsOfState(state)]
    .filter(isCounter)
    .filter((counter) => set.some(({ kind, name }) => kind === counter.kind && isNamed(name, ownerOf(counter))))
  return found.map((counter) => objectIdOf(counter)).sort()
}

const MENTIONS = /\bsetval\b|\bsequence\b|\bauto_increment\b|\binto\b|\breplace\b/i

type Counter = SequenceObject | ColumnObject

function isCounter(object: SchemaObject): object is Counter {
  return object.kind === 'sequence' || (object.kind === 'column' && object.identity !== undefined)
}

function ownerOf(counter: Counter): string {
  return counter.kind === 'sequence' ? counter.name : counter.table
}

/**
 * Returns the bodies of the called functions that set a sequence. The bodies of called procedures are not part of the result,
 * because `statements` already contains them.
 */
function functionsCalled(statements: readonly string[], { groups }: SchemaState): readonly string[] {
  const functions = [...groups].flatMap(([key, group]) => (key.startsWith('function:') ? [...group.values()] : []))
  const setting = functions.flatMap((object) => (object.kind === 'function' && /\bsetval\b/i.test(object.definition) ? [object] : []))
  if (setting.length === 0) return []
  const calls = statements.flatMap((text) => {
    const tokens = tokenizeMysql(text)
    return tokens.filter((_, index) => tokens[index + 1]?.value === '(')
  })
  return setting.filter(({ name }) => calls.some((token) => isNamed(token, name))).map(({ definition }) => definition)
}

interface CounterName {
  readonly kind: Counter['kind']
  readonly name: MysqlToken
}

/** Returns the tables and sequences whose counters the statement sets. */
function placesSet(tokens: readonly MysqlToken[]): readonly CounterName[] {
  const called = tokens.flatMap((token, index) => (token.value === 'SETVAL' && token.kind === 'word' ? [nameAt(tokens, index + 2)] : []))
  const { words = '' } = mysqlStatementKindAt(tokens) ?? {}
  const kind = SETS[words]?.(tokens)
  const head =
    kind &&
    nameAt(
      tokens,
      tokens.findIndex((token) => token.kind !== 'word' || !BEFORE_NAME.has(token.value)),
    )
  return [
    ...called.flatMap((name): readonly CounterName[] => (name ? [{ kind: 'sequence', name }] : [])),
    ...(kind && head ? [{ kind, name: head }] : []),
  ]
}

// The keywords of statements that can set a counter, each with a function that returns the kind of the counter: an AUTO_INCREMENT
// column or a sequence. The function returns undefined if the statement sets no counter. CREATE OR REPLACE, or CREATE after DROP,
// creates an existing sequence again and so sets its counter. An INSERT into a sequence also sets its value.
const SETS: Readonly<Record<string, (tokens: readonly MysqlToken[]) => Counter['kind'] | undefined>> = {
  'ALTER TABLE': (tokens) => (tokens.some((_, index) => setsCounter(tokens, index)) ? 'column' : undefined),
  'ALTER SEQUENCE': (tokens) => (tokens.some(({ kind, value }) => kind === 'word' && value === 'RESTART') ? 'sequence' : undefined),
  'CREATE SEQUENCE': (tokens) => (tokens.some(({ kind, value }) => kind === 'word' && value === 'EXISTS') ? undefined : 'sequence'),
  'INSERT': () => 'sequence',
  'REPLACE': () => 'sequence',
}

/**
 * Returns true for the table options `AUTO_INCREMENT = 5` and `AUTO_INCREMENT 5`. In the definition of a column, no number
 * follows AUTO_INCREMENT, so the function returns false.
 */
function setsCounter(tokens: readonly MysqlToken[], index: number): boolean {
  if (tokens[index]?.kind !== 'word' || tokens[index]?.value !== 'AUTO_INCREMENT') return false
  const next = tokens[index + 1]
  return next?.value === '=' || /^\d/.test(next?.value ?? '')
}

const BEFORE_NAME: ReadonlySet<string> = new Set(
  'ALTER CREATE OR REPLACE INSERT INTO IF NOT EXISTS ONLINE IGNORE TABLE SEQUENCE LOW_PRIORITY HIGH_PRIORITY DELAYED'.split(' '),
)

/** Returns the last part of a qualified name such as `base.name`. */
function nameAt(tokens: readonly MysqlToken[], at: number): MysqlToken | undefined {
  return tokens[at + 1]?.value === '.' ? tokens[at + 2] : tokens[at]
}

function isNamed({ kind, value }: MysqlToken, name: string): boolean {
  return (kind === 'name' || kind === 'word') && value.toUpperCase() === name.toUpperCase()
}
