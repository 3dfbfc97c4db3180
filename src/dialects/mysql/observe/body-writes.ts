import type { RowWrite } from '../../../effect/row-write.ts'
import { tableGroupKey } from '../../../schema/object.ts'
import { objectsOfState, type SchemaState } from '../../../schema/state.ts'
import { tokenizeMysql } from '../text/lexer.ts'
import { doesMysqlStatementItselfWriteRows } from '../text/manner.ts'
import type { MysqlObjectNames } from '../text/names.ts'
import { findObjectNameOccurrences } from '../text/statements/places.ts'
import { splitBodyStatements } from '../text/statements/starts.ts'
import { findMysqlRowWrites, type MysqlRowWriteEvidence } from './row-writes.ts'

/**
 * Returns the tables whose rows the statements inside blocks and routines can write, according to the texts of these statements.
 * The result contains only tables that existed before the migration. The server's counters of executed statements are not enough,
 * because on a shadow without rows, the server executes no statement of a loop over rows. `bodies` contains the statements of
 * blocks and of called procedures.
 */
export function findMysqlRowWritesInRoutineBodies(
  statements: readonly string[],
  bodies: readonly string[],
  facts: MysqlRowWriteEvidence,
): readonly RowWrite[] {
  const called = bodiesOfCalledFunctions([...statements, ...bodies], facts.before.state).flatMap(splitBodyStatements)
  const writes = findMysqlRowWrites([...bodies, ...called], { ...facts, wrote: false, truncatesValues: false, off: new Set() })
  const tables = new Set(writes.map(({ table }) => table))
  return [...tables].filter((table) => facts.known.groups.get(table)?.has(tableGroupKey(table))).map((table) => ({ table }))
}

/**
 * Returns the tables that a statement in a block or routine can alter or rename on a target, although the statement did not run
 * on the shadow. `executed` is the number of ALTER TABLE and RENAME TABLE statements that the server executed. If the texts do
 * not contain more of these statements, every statement ran, and the result is empty. A statement that only adds something to a
 * table does not count, because it destroys no value.
 */
export function findTablesAlteredOnlyOnTarget(
  statements: readonly string[],
  bodies: readonly string[],
  executed: number,
  { groups }: MysqlObjectNames,
): readonly RowWrite[] {
  const hidden = bodies.filter((text) => ALTERATION.test(text))
  if (hidden.length === 0 || hidden.length + statements.filter((text) => ALTERATION.test(text)).length <= executed) return []
  const names = hidden.filter((text) => LOSES.test(text)).flatMap((text) => findObjectNameOccurrences(text, tokenizeMysql(text)))
  const tables = new Set(names.flatMap(({ kind, use, name }) => (kind === 'table' && use === 'changes' ? [name] : [])))
  return [...tables]
    .filter((table) => groups.get(table)?.has(tableGroupKey(table)))
    .map((table) => ({ table, rewrites: 'changed by a statement in a routine or block that did not run on the shadow' }))
}

const ALTERATION = /^\s*(?:alter\s+(?:online\s+|ignore\s+)*table|rename\s+tables?)\b/i
const LOSES = /\b(?:rename|drop|modify|change|convert)\b/i

/** Returns the definitions of the functions that the statements call directly or through other functions. */
function bodiesOfCalledFunctions(statements: readonly string[], state: SchemaState, created: readonly NamedBody[] = []): readonly string[] {
  const texts = statements.filter((text) => !DEFINES.test(text))
  if (texts.length === 0) return []
  const functions = [
    ...[...objectsOfState(state)].flatMap((object) => (object.kind === 'function' && object.routine === 'function' ? [object] : [])),
    ...created,
  ]
  const found = new Map<string, string>()
  // The loop adds the definitions of called routines to the list `texts` while it visits the list, so it also finds the routines
  // that these definitions call.
  for (const text of texts)
    for (const { name, definition } of functions) {
      if (found.has(name) || !calls(text, name)) continue
      found.set(name, definition)
      texts.push(definition)
    }
  return [...found.values()]
}

const DEFINES = /^\s*(?:create|drop|alter)\b/i

interface NamedBody {
  readonly name: string
  readonly definition: string
}

/**
 * Returns true if a statement that writes rows occurs in one of three texts: in the given statement, in a SQL text that it
 * executes, or in the body of a called function. `inner` contains the bodies of the called procedures, and the prepared texts.
 * `earlier` contains the previous statements, which can have created the function.
 */
export async function doMysqlRoutineBodiesWriteRows(
  text: string,
  inner: readonly string[],
  earlier: readonly string[],
  state: SchemaState,
): Promise<boolean> {
  const parts = [text, ...inner].filter((one) => !DEFINES.test(one)).flatMap(splitBodyStatements)
  const called = bodiesOfCalledFunctions(parts, state, earlier.flatMap(functionCreatedBy)).flatMap(splitBodyStatements)
  return [...parts, ...called].some((one) => doesMysqlStatementItselfWriteRows(tokenizeMysql(one)))
}

function functionCreatedBy(text: string): readonly NamedBody[] {
  if (!/^\s*create\b/i.test(text)) return []
  const [made] = findObjectNameOccurrences(text, tokenizeMysql(text)).filter(({ kind, use }) => kind === 'routine' && use === 'makes')
  return made ? [{ name: made.name, definition: text }] : []
}

function calls(text: string, name: string): boolean {
  if (!text.toLowerCase().includes(name.toLowerCase())) return false
  return tokenizeMysql(text).some(
    ({ kind, value }, index, tokens) =>
      (kind === 'name' || kind === 'word') && value.toLowerCase() === name.toLowerCase() && tokens[index + 1]?.value === '(',
  )
}
