import type { RoutineOrTriggerBody, SessionStateItem, SessionStateUse } from '../dialect/session-use.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'

/**
 * The way in which a new session can continue a migration file. With 'continue', the statements in `replay` first restore the
 * session state, and the migration then continues from a statement. With 'ask', a person must first decide how to continue.
 */
export type SessionStateRestoration =
  | {
      readonly way: 'continue'
      readonly from: number
      /** The numbers of the statements that restore the session state, in the order in which the new session must send them. */
      readonly replay: readonly number[]
    }
  /**
   * The way 'ask': a person must decide how to continue. `lost` contains one line for each earlier statement that the person needs
   * to restore the session state, in the order of the statements. The line names the session state that the statement creates or
   * uses. `lost` also contains one line for each function, such as `LAST_INSERT_ID()`, that a remaining statement calls and whose
   * result depends on an earlier statement.
   */
  | { readonly way: 'ask'; readonly lost: readonly string[] }

/**
 * Decides how a new session can continue a migration file at statement `from`. The statements in `replay` restore the session state
 * that the earlier statements left. If a part of the session state cannot be restored, the file continues at an earlier statement,
 * but only if `mayRepeat` returns true for this statement. `lineOf` returns the file and line of a statement for messages.
 */
export function decideSessionStateRestoration(
  uses: readonly SessionStateUse[],
  from: number,
  bodies: readonly RoutineOrTriggerBody[],
  mayRepeat: (from: number) => boolean,
  lineOf: (index: number) => string,
): SessionStateRestoration {
  if (from >= uses.length || from === 0) return { way: 'continue', from, replay: [] }
  const rest = uses.slice(from)
  const asked = [...new Set(rest.flatMap(({ asks }) => asks))]
  const left = leftBefore(uses, from)
  const { open, restoring } = left
  const needed = [...open.values()].filter(({ remnant }) => isNeeded(remnant, rest, bodies))
  const lost = needed.filter(({ isRestorable }) => !isRestorable)
  if (lost.length === 0 && asked.length === 0) return { way: 'continue', from, replay: needed.length === 0 ? [] : restoring }
  const first = Math.min(...lost.map(({ since }) => since))
  if (asked.length === 0 && mayRepeat(first)) return decideSessionStateRestoration(uses, first, bodies, mayRepeat, lineOf)
  return {
    way: 'ask',
    lost: [
      ...(lost.length > 0 ? statementsThatRestore(uses, from, lost, left, lineOf) : []),
      ...asked.map((what) => `a remaining statement reads ${what}, which an earlier statement set`),
    ],
  }
}

/**
 * Returns one line for each statement before number `from` that a person needs to restore the lost session state. These are the
 * statements that create, change or read lost session state, and the statements that the engine itself could send again. Session
 * state with which lost session state was computed also counts as lost.
 */
function statementsThatRestore(
  uses: readonly SessionStateUse[],
  from: number,
  lost: readonly Open[],
  { open, restoring }: Left,
  lineOf: (index: number) => string,
): readonly string[] {
  const wanted = new Set(lost.map(({ remnant }) => remnant.key))
  const lines: string[] = []
  for (const [index, { leaves, words }] of [...uses.slice(0, from).entries()].toReversed()) {
    const here = [...open.values()].filter(({ remnant, since }) => wanted.has(remnant.key) && since <= index)
    const isWanted = (key: string) => restoring.includes(index) || here.some(({ remnant }) => remnant.key === key)
    const created = [...new Set(leaves.map(({ key }) => key))].filter(isWanted)
    const used = here.filter(({ remnant: { key, word } }) => word !== undefined && words.has(word) && !created.includes(key))
    const items = [...created, ...used.map(({ remnant }) => `uses ${remnant.key}`)]
    if (items.length === 0) continue
    lines.unshift(`${lineOf(index)}: ${items.join(', ')}`)
    for (const { remnant } of open.values()) if (remnant.word !== undefined && words.has(remnant.word)) wanted.add(remnant.key)
  }
  return lines
}

/**
 * Returns the bodies of the routines and triggers that exist in one of the schema states. A statement of the migration can run
 * each of these routines and triggers.
 */
export function routineAndTriggerBodiesIn(states: readonly SchemaState[]): readonly RoutineOrTriggerBody[] {
  return states.flatMap((state) =>
    [...objectsOfState(state)].flatMap((object): readonly RoutineOrTriggerBody[] => {
      if (object.kind === 'trigger') return [{ text: object.action }]
      if (object.kind !== 'function') return []
      const text = object.definition
      if (/\breturns\s+(?:"?pg_catalog"?\.)?"?trigger\b/i.test(text)) return [{ text }]
      const name = object.name.replace(/\(.*$/s, '').split('.').at(-1)?.replaceAll('"', '') ?? object.name
      return [{ name, text }]
    }),
  )
}

interface Open {
  readonly remnant: SessionStateItem
  /** The number of the first statement that created the session state, such as a variable. */
  readonly since: number
  readonly isRestorable: boolean
}

interface Left {
  /** The session state (variables, settings, temporary tables) that exists before the next statement, by its key. */
  readonly open: ReadonlyMap<string, Open>
  /**
   * The numbers of the statements that restore session state, in the order in which they must be sent again. The order matters,
   * because one statement can depend on an earlier statement.
   */
  readonly restoring: readonly number[]
}

/** Returns the session state that the statements before number `from` have left. */
function leftBefore(uses: readonly SessionStateUse[], from: number): Left {
  const open = new Map<string, Open>()
  const restoring: number[] = []
  uses.slice(0, from).forEach((use, index) => {
    for (const key of use.ends) open.delete(key)
    const restores = use.replayable && readsOnlyRestorable(use, open)
    if (restores) restoring.push(index)
    for (const remnant of use.leaves) {
      const before = isOverwritten(remnant, use) ? undefined : open.get(remnant.key)
      open.set(remnant.key, { remnant, since: before?.since ?? index, isRestorable: restores && (before?.isRestorable ?? true) })
    }
  })
  return { open, restoring: restoring.filter((index) => uses[index]?.leaves.every(({ key }) => open.has(key))) }
}

/**
 * Returns true if all session state that the statement reads can be restored. A statement that reads lost session state would
 * compute another value than before.
 */
function readsOnlyRestorable({ words }: SessionStateUse, open: ReadonlyMap<string, Open>): boolean {
  return [...open.values()].every(({ remnant: { word }, isRestorable }) => isRestorable || word === undefined || !words.has(word))
}

/**
 * Returns true if the statement assigns the variable `word` without reading the variable. Returns false for session state without
 * a name, such as a setting.
 */
function isOverwritten({ word }: SessionStateItem, { words, replayable }: SessionStateUse): boolean {
  return word !== undefined && replayable && !words.has(word)
}

/**
 * Returns true if a later statement reads the session state before another statement overwrites it. Also returns true if the body
 * of a routine mentions the name of the session state, because a routine can run at any time.
 */
function isNeeded(remnant: SessionStateItem, rest: readonly SessionStateUse[], bodies: readonly RoutineOrTriggerBody[]): boolean {
  const { key, word } = remnant
  if (word === undefined) return true
  if (bodies.some(({ text }) => text.toUpperCase().includes(word.toUpperCase()))) return true
  for (const use of rest) {
    if (use.words.has(word)) return true
    if (use.ends.includes(key) || use.leaves.some((left) => left.key === key)) return false
  }
  return false
}
