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
   * The answer that a person must decide how to continue: `lost` describes, one line each, the session state that the remaining
   * statements can need and that cannot be restored.
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
  const { open, restoring } = leftBefore(uses, from)
  const needed = [...open.values()].filter(({ remnant }) => isNeeded(remnant, rest, bodies))
  const lost = needed.filter(({ isRestorable }) => !isRestorable)
  if (lost.length === 0 && asked.length === 0) return { way: 'continue', from, replay: needed.length === 0 ? [] : restoring }
  const first = Math.min(...lost.map(({ since }) => since))
  if (asked.length === 0 && mayRepeat(first)) return decideSessionStateRestoration(uses, first, bodies, mayRepeat, lineOf)
  return {
    way: 'ask',
    lost: [
      ...lost.map(({ remnant, since }) => `${lineOf(since)}: ${remnant.key}`),
      ...asked.map((what) => `a remaining statement reads ${what}, which an earlier statement set`),
    ],
  }
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
