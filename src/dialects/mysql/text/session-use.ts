import type { RoutineOrTriggerBody, SessionRemnant, SessionStateUse } from '../../../dialect/session-use.ts'
import { type MysqlToken, tokenizeMysql, unquoteString } from './lexer.ts'
import { leadingWordsOf } from './manner.ts'
import { createsRoutineOrTrigger } from './statements/starts.ts'

/**
 * Determines from the text of each statement what it leaves in its session. `bodies` are the routines and triggers that a statement
 * can run. A statement counts as leaving session state if its text does not show the opposite.
 */
export function sessionStateLeftByStatements(
  texts: readonly string[],
  bodies: readonly RoutineOrTriggerBody[],
): readonly SessionStateUse[] {
  const read = texts.map((text) => tokenizeMysql(text).filter(({ kind }) => kind !== 'mark'))
  // EXECUTE runs a text that was built from strings of the file or of a routine.
  const strings = read.flatMap((tokens) => tokens.flatMap(({ kind, value }) => (kind === 'string' ? [unquoteString(value)] : [])))
  const isDynamicQuiet = !strings.some((text) => LEAVES.test(text))
  return read.map((tokens) => useOf(tokens, { isDynamicQuiet, bodies }))
}

interface Surroundings {
  readonly isDynamicQuiet: boolean
  readonly bodies: readonly RoutineOrTriggerBody[]
}

/** Matches a statement or the body of a routine that can leave session state. */
const LEAVES =
  /@\w|@[`'"]|\bset\s+(?:session|local|names|character|charset|role)\b|\btemporary\b|\bprepare\b|\bget_lock\b|\block\s+tables?\b/i

function useOf(tokens: readonly MysqlToken[], around: Surroundings): SessionStateUse {
  const [first = ''] = leadingWordsOf(tokens)
  // The statements from LOCK TABLES to UNLOCK TABLES form one item, and the table locks end with it.
  return first === 'LOCK' && tokens.some(({ value }) => value === ';') ? useOfLocked(tokens, around) : useOfOne(first, tokens, around)
}

function useOfLocked(tokens: readonly MysqlToken[], around: Surroundings): SessionStateUse {
  const uses = partsOf(tokens).map((part) => useOfOne(leadingWordsOf(part)[0] ?? '', part, around))
  return {
    leaves: uses.flatMap(({ leaves }) => leaves).filter(({ key }) => key !== LOCKED),
    ends: uses.flatMap(({ ends }) => ends),
    replayable: false,
    survivesRollback: uses.some(({ survivesRollback }) => survivesRollback),
    asks: uses.flatMap(({ asks }) => asks),
    words: new Set(uses.flatMap(({ words }) => [...words])),
  }
}

function partsOf(tokens: readonly MysqlToken[]): readonly (readonly MysqlToken[])[] {
  const ends = tokens.flatMap(({ value }, index) => (value === ';' ? [index] : []))
  return [...ends, tokens.length].map((end, index) => tokens.slice((ends[index - 1] ?? -1) + 1, end)).filter((part) => part.length > 0)
}

function useOfOne(first: string, tokens: readonly MysqlToken[], around: Surroundings): SessionStateUse {
  const targets = first === 'SET' ? targetsOf(tokens) : []
  // The statements in the body of a routine or trigger run only when it is called or fired, and not when it is created.
  const done = createsRoutineOrTrigger(tokens)
    ? []
    : [...assigned(first, tokens, targets), ...locks(tokens), ...hidden(first, tokens, around)]
  const leaves = [...(BY_WORD[first]?.(tokens) ?? []), ...done]
  const replayable = leaves.length > 0 && ((first === 'SET' && isFixed(tokens)) || first === 'PREPARE')
  const words = wordsOf(tokens, first === 'PREPARE' ? [nameAfter(tokens, 'PREPARE')] : targets)
  return {
    leaves,
    ends: ENDS[first]?.(tokens) ?? [],
    replayable,
    survivesRollback: leaves.some(({ key }) => key !== SETTINGS) && (!replayable || [...words].some((word) => word.startsWith('@'))),
    // The functions in a routine's body are called when the routine runs, and not when it is created.
    asks: createsRoutineOrTrigger(tokens) ? [] : asksOf(tokens),
    words,
  }
}

const SETTINGS = 'settings of the session'

const BY_WORD: Readonly<Record<string, (tokens: readonly MysqlToken[]) => readonly SessionRemnant[]>> = {
  SET: (tokens) => [
    ...targetsOf(tokens).map((word) => ({ key: word.toLowerCase(), word })),
    ...(setsSettings(tokens) ? [{ key: SETTINGS }] : []),
  ],
  PREPARE: (tokens) => [prepared(nameAfter(tokens, 'PREPARE'))],
  CREATE: (tokens) => (isTemporary(tokens) ? [temporary(nameOfTable(tokens))] : []),
  LOCK: () => [{ key: LOCKED }],
  FLUSH: (tokens) => (has(tokens, 'LOCK') || has(tokens, 'EXPORT') ? [{ key: LOCKED }] : []),
  HANDLER: (tokens) => (has(tokens, 'OPEN') ? [{ key: `the handler of ${nameAfter(tokens, 'HANDLER').toLowerCase()}` }] : []),
}

const LOCKED = 'LOCK TABLES'

const ENDS: Readonly<Record<string, (tokens: readonly MysqlToken[]) => readonly string[]>> = {
  UNLOCK: () => [LOCKED],
  DEALLOCATE: (tokens) => [prepared(nameAfter(tokens, 'PREPARE')).key],
  DROP: (tokens) => (tokens[1]?.value === 'PREPARE' ? [prepared(nameAfter(tokens, 'PREPARE')).key] : [temporary(nameOfTable(tokens)).key]),
}

function prepared(name: string): SessionRemnant {
  return { key: `the prepared statement ${name.toLowerCase()}`, word: name.toUpperCase() }
}

function temporary(name: string): SessionRemnant {
  return { key: `the temporary table ${name.toLowerCase()}`, word: name.toUpperCase() }
}

function isTemporary(tokens: readonly MysqlToken[]): boolean {
  return leadingWordsOf(tokens).slice(1, 4).includes('TEMPORARY')
}

/** Returns the table that CREATE or DROP names. For `base.name`, returns `name`. */
function nameOfTable(tokens: readonly MysqlToken[]): string {
  const at = tokens.findIndex(({ value }) => value === 'TABLE' || value === 'TABLES')
  let next = at + 1
  while (['IF', 'NOT', 'EXISTS'].includes(tokens[next]?.value ?? '')) next++
  return (tokens[next + 1]?.value === '.' ? tokens[next + 2] : tokens[next])?.value ?? ''
}

function nameAfter(tokens: readonly MysqlToken[], word: string): string {
  return tokens[tokens.findIndex(({ value }) => value === word) + 1]?.value ?? ''
}

/** Returns the variables that a SET assigns, in upper case: `@a` and `@b` of `SET @a = …, @b := …`. */
function targetsOf(tokens: readonly MysqlToken[]): readonly string[] {
  return variablesIn(tokens).flatMap(({ word, index, next }) =>
    isFirstOfAssignment(tokens, index) && isAssigned(tokens, next) ? [word] : [],
  )
}

function isFirstOfAssignment(tokens: readonly MysqlToken[], index: number): boolean {
  return index > 0 && ['SET', ','].includes(tokens[index - 1]?.value ?? '')
}

function isAssigned(tokens: readonly MysqlToken[], at: number): boolean {
  return tokens[at]?.value === '=' || (tokens[at]?.value === ':' && tokens[at + 1]?.value === '=')
}

interface Variable {
  readonly word: string
  readonly index: number
  /** The index of the first token after the variable's name. */
  readonly next: number
}

/** Finds the user variables in a statement: `@a`, or the forms @`a` and @'a'. */
function variablesIn(tokens: readonly MysqlToken[]): readonly Variable[] {
  return tokens.flatMap((token, index): readonly Variable[] => {
    if (token.kind === 'word' && /^@[^@]/.test(token.value)) return [{ word: token.value, index, next: index + 1 }]
    const name = tokens[index + 1]
    if (token.value !== '@' || !name || name.start !== token.end || (name.kind !== 'name' && name.kind !== 'string')) return []
    const text = name.kind === 'name' ? name.value : unquoteString(name.value)
    return [{ word: `@${text.toUpperCase()}`, index, next: index + 2 }]
  })
}

// The first words of compound statements, which MariaDB also runs outside routines.
const BLOCKS: ReadonlySet<string> = new Set(['BEGIN', 'IF', 'CASE', 'LOOP', 'WHILE', 'REPEAT', 'FOR'])

// The first words of statements that can assign every variable that they name: OUT parameters, columns of a file, or error
// information.
const FETCHING: ReadonlySet<string> = new Set(['CALL', 'LOAD', 'GET', ...BLOCKS])

/**
 * Returns the variables that a statement assigns while it runs: in `@a := @a + 1`, in SELECT … INTO @a, @b, and in the statements of
 * `FETCHING`.
 */
function assigned(first: string, tokens: readonly MysqlToken[], targets: readonly string[]): readonly SessionRemnant[] {
  const into = new Set<number>()
  const found = variablesIn(tokens)
  for (const { index, next } of found) {
    const isListed = tokens[index - 1]?.value === ',' && into.has(index - 1)
    if (tokens[index - 1]?.value === 'INTO' || isListed) into.add(next)
  }
  return found
    .filter(({ word, next }) => {
      if (targets.includes(word)) return false
      return FETCHING.has(first) || into.has(next) || (tokens[next]?.value === ':' && tokens[next + 1]?.value === '=')
    })
    .map(({ word }) => ({ key: word.toLowerCase(), word }))
}

function locks(tokens: readonly MysqlToken[]): readonly SessionRemnant[] {
  return has(tokens, 'GET_LOCK') ? [{ key: 'a lock of GET_LOCK' }] : []
}

const WRITES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'LOAD', 'WITH'])

const IN_BLOCKS: ReadonlySet<string> = new Set(['SESSION', 'TEMPORARY', 'PREPARE', 'EXECUTE', 'CALL'])

/**
 * Returns the session state that routines, triggers and dynamic SQL may leave, such as settings and temporary tables. The text of the
 * statement does not show it.
 */
function hidden(first: string, tokens: readonly MysqlToken[], { isDynamicQuiet, bodies }: Surroundings): readonly SessionRemnant[] {
  const names = new Set(tokens.filter(({ kind }) => kind === 'word' || kind === 'name').map(({ value }) => value.toUpperCase()))
  const called = bodies.filter(({ name }) => (name === undefined ? WRITES.has(first) : names.has(name.toUpperCase())))
  const unknown = first === 'CALL' && !called.some(({ name }) => name !== undefined)
  const isDynamic = first === 'EXECUTE' && !isDynamicQuiet
  const isBlock = BLOCKS.has(first) && (variablesIn(tokens).length > 0 || tokens.some(({ value }) => IN_BLOCKS.has(value)))
  if (!unknown && !isDynamic && !isBlock && !called.some(({ text }) => LEAVES.test(text))) return []
  return [{ key: `the session state that ${first} left` }]
}

// The functions whose result depends only on their arguments.
const PURE: ReadonlySet<string> = new Set(
  'CONCAT CONCAT_WS REPLACE IF IFNULL NULLIF COALESCE LOWER UPPER TRIM ABS CAST CONVERT LEFT RIGHT LENGTH'.split(' '),
)

// Matches the session variables that change by themselves, and the server variables, which other sessions can change.
const VOLATILE =
  /^(?:@@)?(?:TIMESTAMP|RAND_SEED\d|INSERT_ID|LAST_INSERT_ID|IDENTITY|ERROR_COUNT|WARNING_COUNT|PSEUDO_\w+|IN_TRANSACTION|GTID_\w+|LAST_GTID|GLOBAL|PERSIST|PERSIST_ONLY|HOSTNAME|SERVER_\w+)$/

/** True for a SET with literal values, or with values of other session variables. */
function isFixed(tokens: readonly MysqlToken[]): boolean {
  return tokens.every((token, index) => {
    if (token.kind !== 'word') return true
    if (token.value === 'SELECT' || token.value === 'STATEMENT' || VOLATILE.test(token.value)) return false
    return tokens[index + 1]?.value !== '(' || PURE.has(token.value)
  })
}

/** True for a SET that gives session variables and settings fixed values, without a call of a function. */
export function setsOnlySessionVariables(tokens: readonly MysqlToken[]): boolean {
  const [first, second = ''] = leadingWordsOf(tokens)
  if (first !== 'SET' || second === 'ROLE' || second === 'RESOURCE') return false
  const isServerWide = tokens.some(({ kind, value }) => kind === 'word' && NO_SESSION.has(value))
  return !isServerWide && isFixed(tokens) && !tokens.some(({ value }) => value === '(' || value === ';') && setsVariables(tokens)
}

function setsVariables(tokens: readonly MysqlToken[]): boolean {
  return setsSettings(tokens) || targetsOf(tokens).length > 0
}

// The scopes of SET that belong to a transaction or to the whole server, and not to the session.
const NO_SESSION: ReadonlySet<string> = new Set(['GLOBAL', 'PERSIST', 'PERSIST_ONLY', '@@GLOBAL', '@@PERSIST', '@@PERSIST_ONLY'])

function setsSettings(tokens: readonly MysqlToken[]): boolean {
  const [, second] = tokens
  if (!second || second.value === 'PASSWORD' || (second.value === 'DEFAULT' && tokens[2]?.value === 'ROLE')) return false
  const starts = tokens.flatMap((token, index) => (index > 0 && isFirstOfAssignment(tokens, index) ? [token] : []))
  return starts.some(({ value, kind }) => !(kind === 'word' && /^@[^@]/.test(value)) && value !== '@' && !NO_SESSION.has(value))
}

const ASKING: ReadonlySet<string> = new Set(
  'LAST_INSERT_ID FOUND_ROWS ROW_COUNT LASTVAL @@IDENTITY @@LAST_INSERT_ID @@WARNING_COUNT @@ERROR_COUNT @@INSERT_ID DIAGNOSTICS PREVIOUS'.split(
    ' ',
  ),
)

function asksOf(tokens: readonly MysqlToken[]): readonly string[] {
  return [...new Set(tokens.filter(({ kind, value }) => kind === 'word' && ASKING.has(value)).map(({ value }) => value))]
}

/** Returns all words and names of a statement, including those in strings. The places at which `targets` are assigned are left out. */
function wordsOf(tokens: readonly MysqlToken[], targets: readonly string[]): ReadonlySet<string> {
  const words = new Set<string>()
  const given = new Set<string>()
  const add = (word: string) => {
    if (targets.includes(word) && !given.has(word)) given.add(word)
    else words.add(word)
  }
  for (const { word } of variablesIn(tokens)) add(word)
  for (const { kind, value } of tokens) {
    if (kind === 'string') for (const [word] of value.matchAll(/@?[\w$]+/g)) words.add(word.toUpperCase())
    else if (kind === 'name' || (kind === 'word' && !value.startsWith('@'))) add(value.toUpperCase())
  }
  return words
}

function has(tokens: readonly MysqlToken[], word: string): boolean {
  return tokens.some(({ kind, value }) => kind === 'word' && value === word)
}
