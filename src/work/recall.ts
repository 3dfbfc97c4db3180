import type { RoutineOrTriggerBody, SessionRemnant, SessionStateUse } from '../dialect/session-use.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'

/** How a new session can continue a file before its statement `from`. */
export type SessionStateRecall =
  | {
      readonly way: 'continue'
      readonly from: number
      /** The statements that restore the session state, in the order in which they must be sent again. */
      readonly replay: readonly number[]
    }
  /** The session state that the rest of the file may need and that cannot be restored, one line each. */
  | { readonly way: 'ask'; readonly lost: readonly string[] }

/**
 * Decides how a new session can continue a file before statement `from`. The session state of the earlier statements is restored.
 * Otherwise the run goes back to an earlier statement, if `mayRepeat` allows to run the statements from there on twice. `lineOf` gives
 * the file and line of a statement.
 */
export function decideSessionStateRecall(
  uses: readonly SessionStateUse[],
  from: number,
  bodies: readonly RoutineOrTriggerBody[],
  mayRepeat: (from: number) => boolean,
  lineOf: (index: number) => string,
): SessionStateRecall {
  if (from >= uses.length || from === 0) return { way: 'continue', from, replay: [] }
  const rest = uses.slice(from)
  const asked = [...new Set(rest.flatMap(({ asks }) => asks))]
  const { open, restoring } = leftBefore(uses, from)
  const needed = [...open.values()].filter(({ remnant }) => isNeeded(remnant, rest, bodies))
  const lost = needed.filter(({ isRestorable }) => !isRestorable)
  if (lost.length === 0 && asked.length === 0) return { way: 'continue', from, replay: needed.length === 0 ? [] : restoring }
  const first = Math.min(...lost.map(({ since }) => since))
  if (asked.length === 0 && mayRepeat(first)) return decideSessionStateRecall(uses, first, bodies, mayRepeat, lineOf)
  return {
    way: 'ask',
    lost: [
      ...lost.map(({ remnant, since }) => `${lineOf(since)}: ${remnant.key}`),
      ...asked.map((what) => `a remaining statement reads ${what}, which an earlier statement set`),
    ],
  }
}

/** Returns the routines and triggers that a statement can run in one of these states. */
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
  readonly remnant: SessionRemnant
  /** The first statement that left this session state. */
  readonly since: number
  readonly isRestorable: boolean
}

interface Left {
  /** The session state (variables, settings, temporary tables) that exists before the next statement, by its key. */
  readonly open: ReadonlyMap<string, Open>
  /** The statements that restore their session state when they are sent again. Their order matters, because one can depend on another. */
  readonly restoring: readonly number[]
}

/** Determines the session state that the statements before `from` have left. */
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

/** True if a statement reads only values that can be restored. A value that was computed from a lost value is lost too. */
function readsOnlyRestorable({ words }: SessionStateUse, open: ReadonlyMap<string, Open>): boolean {
  return [...open.values()].every(({ remnant: { word }, isRestorable }) => isRestorable || word === undefined || !words.has(word))
}

/** True if the statement assigns this variable without reading it. False for session state without a name, such as settings. */
function isOverwritten({ word }: SessionRemnant, { words, replayable }: SessionStateUse): boolean {
  return word !== undefined && replayable && !words.has(word)
}

/**
 * True if a later statement reads this session state before another one overwrites it. Also true if a routine mentions it, because a
 * routine can run at any time.
 */
function isNeeded(remnant: SessionRemnant, rest: readonly SessionStateUse[], bodies: readonly RoutineOrTriggerBody[]): boolean {
  const { key, word } = remnant
  if (word === undefined) return true
  if (bodies.some(({ text }) => text.toUpperCase().includes(word.toUpperCase()))) return true
  for (const use of rest) {
    if (use.words.has(word)) return true
    if (use.ends.includes(key) || use.leaves.some((left) => left.key === key)) return false
  }
  return false
}
