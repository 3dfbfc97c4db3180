import type { RoutineOrTriggerBody, SessionStateItem, SessionStateUse } from '../../../dialect/session-use.ts'
import { type MysqlToken, tokenizeMysql, unquoteMysqlString } from './lexer.ts'
import { leadingWordsOfStatement } from './manner.ts'
import { definesStoredProgram } from './statements/starts.ts'

/**
 * Returns, for each statement, the session state that the statement creates, removes and uses, according to its text. `bodies`
 * contains the routines and triggers that a statement can run. If the text does not show whether a statement creates session
 * state, the function assumes that the statement creates it.
 */
export function findMysqlSessionStateUses(texts: readonly string[], bodies: readonly RoutineOrTriggerBody[]): readonly SessionStateUse[] {
  const read = texts.map((text) => tokenizeMysql(text).filter(({ kind }) => kind !== 'mark'))
  // The text that an EXECUTE statement runs can be built from the string literals of the SQL file or of a routine. The search
  // therefore looks for changes of session state in all string literals.
  const strings = read.flatMap((tokens) => tokens.flatMap(({ kind, value }) => (kind === 'string' ? [unquoteMysqlString(value)] : [])))
  const isDynamicQuiet = !strings.some((text) => LEAVES.test(text))
  return read.map((tokens) => useOf(tokens, { isDynamicQuiet, bodies }))
}

interface Surroundings {
  readonly isDynamicQuiet: boolean
  readonly bodies: readonly RoutineOrTriggerBody[]
}

/** Matches a statement, or the body of a routine, that can leave session state behind, such as a user variable. */
const LEAVES =
  /@\w|@[`'"]|\bset\s+(?:session|local|names|character|charset|role)\b|\btemporary\b|\bprepare\b|\bget_lock\b|\block\s+tables?\b/i

function useOf(tokens: readonly MysqlToken[], around: Surroundings): SessionStateUse {
  const [first = ''] = leadingWordsOfStatement(tokens)
  // The statements from LOCK TABLES to UNLOCK TABLES form one combined statement. The table locks end together with the combined
  // statement, so no later statement depends on these locks.
  return first === 'LOCK' && tokens.some(({ value }) => value === ';') ? useOfLocked(tokens, around) : useOfOne(first, tokens, around)
}

function useOfLocked(tokens: readonly MysqlToken[], around: Surroundings): SessionStateUse {
  const uses = partsOf(tokens).map((part) => useOfOne(leadingWordsOfStatement(part)[0] ?? '', part, around))
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
  // A statement that creates a routine or trigger does not run the statements in its body, so it does not create their session
  // state.
  const done = definesStoredProgram(tokens) ? [] : [...assigned(first, tokens, targets), ...locks(tokens), ...hidden(first, tokens, around)]
  const leaves = [...(BY_WORD[first]?.(tokens) ?? []), ...done]
  const replayable = leaves.length > 0 && ((first === 'SET' && isFixed(tokens)) || first === 'PREPARE')
  const words = wordsOf(tokens, first === 'PREPARE' ? [nameAfter(tokens, 'PREPARE')] : targets)
  return {
    leaves,
    ends: ENDS[first]?.(tokens) ?? [],
    replayable,
    survivesRollback: leaves.some(({ key }) => key !== SETTINGS) && (!replayable || [...words].some((word) => word.startsWith('@'))),
    // A statement that creates a routine does not call the functions in the body of the routine, such as LAST_INSERT_ID(). The
    // statement therefore does not depend on earlier statements.
    asks: definesStoredProgram(tokens) ? [] : asksOf(tokens),
    words,
  }
}

const SETTINGS = 'settings of the session'

const BY_WORD: Readonly<Record<string, (tokens: readonly MysqlToken[]) => readonly SessionStateItem[]>> = {
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

function prepared(name: string): SessionStateItem {
  return { key: `the prepared statement ${name.toLowerCase()}`, word: name.toUpperCase() }
}

function temporary(name: string): SessionStateItem {
  return { key: `the temporary table ${name.toLowerCase()}`, word: name.toUpperCase() }
}

function isTemporary(tokens: readonly MysqlToken[]): boolean {
  return leadingWordsOfStatement(tokens).slice(1, 4).includes('TEMPORARY')
}

/** Returns the table that a CREATE or DROP statement names. For `base.name`, the result is `name`. */
function nameOfTable(tokens: readonly MysqlToken[]): string {
  const at = tokens.findIndex(({ value }) => value === 'TABLE' || value === 'TABLES')
  let next = at + 1
  while (['IF', 'NOT', 'EXISTS'].includes(tokens[next]?.value ?? '')) next++
  return (tokens[next + 1]?.value === '.' ? tokens[next + 2] : tokens[next])?.value ?? ''
}

function nameAfter(tokens: readonly MysqlToken[], word: string): string {
  return tokens[tokens.findIndex(({ value }) => value === word) + 1]?.value ?? ''
}

/** Returns the variables that a SET statement assigns, in upper case, such as `@a` and `@b` of `SET @a = …, @b := …`. */
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
  /** The index of the first token after the name of the user variable. */
  readonly next: number
}

/** Finds the user variables in a statement: `@a`, or the forms @`a` and @'a'. */
function variablesIn(tokens: readonly MysqlToken[]): readonly Variable[] {
  return tokens.flatMap((token, index): readonly Variable[] => {
    if (token.kind === 'word' && /^@[^@]/.test(token.value)) return [{ word: token.value, index, next: index + 1 }]
    const name = tokens[index + 1]
    if (token.value !== '@' || !name || name.start !== token.end || (name.kind !== 'name' && name.kind !== 'string')) return []
    const text = name.kind === 'name' ? name.value : unquoteMysqlString(name.value)
    return [{ word: `@${text.toUpperCase()}`, index, next: index + 2 }]
  })
}

// The first words of compound statements. MariaDB also runs compound statements outside routines.
const BLOCKS: ReadonlySet<string> = new Set(['BEGIN', 'IF', 'CASE', 'LOOP', 'WHILE', 'REPEAT', 'FOR'])

// The first words of statements that can assign a value to every variable in their text. CALL assigns the value of an OUT
// parameter, LOAD DATA a column of a file, and GET DIAGNOSTICS the information about an error.
const FETCHING: ReadonlySet<string> = new Set(['CALL', 'LOAD', 'GET', ...BLOCKS])

/**
 * Returns the user variables that a statement assigns while it runs, as in `@a := @a + 1` and in SELECT … INTO @a. If the first
 * word of the statement is in `FETCHING`, such as CALL, all user variables of the statement count as assigned. The result does not
 * contain the variables in `targets`, which a SET statement assigns.
 */
function assigned(first: string, tokens: readonly MysqlToken[], targets: readonly string[]): readonly SessionStateItem[] {
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

function locks(tokens: readonly MysqlToken[]): readonly SessionStateItem[] {
  return has(tokens, 'GET_LOCK') ? [{ key: 'a lock of GET_LOCK' }] : []
}

const WRITES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'LOAD', 'WITH'])

const IN_BLOCKS: ReadonlySet<string> = new Set(['SESSION', 'TEMPORARY', 'PREPARE', 'EXECUTE', 'CALL'])

/**
 * Returns the session state that routines, triggers and dynamic SQL can create, such as settings and temporary tables. The text
 * of the calling statement does not show this session state.
 */
function hidden(first: string, tokens: readonly MysqlToken[], { isDynamicQuiet, bodies }: Surroundings): readonly SessionStateItem[] {
  const names = new Set(tokens.filter(({ kind }) => kind === 'word' || kind === 'name').map(({ value }) => value.toUpperCase()))
  const called = bodies.filter(({ name }) => (name === undefined ? WRITES.has(first) : names.has(name.toUpperCase())))
  const unknown = first === 'CALL' && !called.some(({ name }) => name !== undefined)
  const isDynamic = first === 'EXECUTE' && !isDynamicQuiet
  const isBlock = BLOCKS.has(first) && (variablesIn(tokens).length > 0 || tokens.some(({ value }) => IN_BLOCKS.has(value)))
  if (!unknown && !isDynamic && !isBlock && !called.some(({ text }) => LEAVES.test(text))) return []
  return [{ key: `the session state that ${first} left` }]
}

// The SQL functions whose result depends only on their arguments.
const PURE: ReadonlySet<string> = new Set(
  'CONCAT CONCAT_WS REPLACE IF IFNULL NULLIF COALESCE LOWER UPPER TRIM ABS CAST CONVERT LEFT RIGHT LENGTH'.split(' '),
)

// Matches the session variables that the server itself changes, and the server variables, which other sessions can change.
const VOLATILE =
  /^(?:@@)?(?:TIMESTAMP|RAND_SEED\d|INSERT_ID|LAST_INSERT_ID|IDENTITY|ERROR_COUNT|WARNING_COUNT|PSEUDO_\w+|IN_TRANSACTION|GTID_\w+|LAST_GTID|GLOBAL|PERSIST|PERSIST_ONLY|HOSTNAME|SERVER_\w+)$/

/** Returns true for a SET statement whose values consist only of literals, other session variables and functions in `PURE`. */
function isFixed(tokens: readonly MysqlToken[]): boolean {
  return tokens.every((token, index) => {
    if (token.kind !== 'word') return true
    if (token.value === 'SELECT' || token.value === 'STATEMENT' || VOLATILE.test(token.value)) return false
    return tokens[index + 1]?.value !== '(' || PURE.has(token.value)
  })
}

/** Returns true for a SET statement that assigns fixed values to session variables and settings, without a function call. */
export function setsOnlyMysqlSessionVariables(tokens: readonly MysqlToken[]): boolean {
  const [first, second = ''] = leadingWordsOfStatement(tokens)
  if (first !== 'SET' || second === 'ROLE' || second === 'RESOURCE') return false
  const isServerWide = tokens.some(({ kind, value }) => kind === 'word' && NO_SESSION.has(value))
  return !isServerWide && isFixed(tokens) && !tokens.some(({ value }) => value === '(' || value === ';') && setsVariables(tokens)
}

function setsVariables(tokens: readonly MysqlToken[]): boolean {
  return setsSettings(tokens) || targetsOf(tokens).length > 0
}

// The words of SET that assign a variable of the whole server instead of a session variable.
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

/**
 * Returns all words and names of a statement, including the words in strings. For each variable in `targets`, the result omits
 * the first occurrence, because there the statement only assigns a value to the variable.
 */
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
