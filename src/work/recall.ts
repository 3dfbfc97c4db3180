import type { Remnant, RoutineBody, SessionUse } from '../dialect/session-use.ts'
import { objectsOf, type State } from '../schema/state.ts'

/** How a new session can continue a file before statement `from` of it. */
export type Recall =
  | {
      readonly way: 'continue'
      readonly from: number /** Statements to send again first, in this order. */
      readonly replay: readonly number[]
    }
  /** What the rest of the file may need and nobody can restore: a line each. */
  | { readonly way: 'ask'; readonly lost: readonly string[] }

/**
 * Decides how a new session can continue before statement `from`: by restoring what the statements before it left in theirs,
 * or by going back to an earlier statement, where `mayRepeat` allows to run the statements from there on twice. `lineOf` is
 * how people find a statement.
 */
export function recallOf(
  uses: readonly SessionUse[],
  from: number,
  bodies: readonly RoutineBody[],
  mayRepeat: (from: number) => boolean,
  lineOf: (index: number) => string,
): Recall {
  if (from >= uses.length || from === 0) return { way: 'continue', from, replay: [] }
  const rest = uses.slice(from)
  const asked = [...new Set(rest.flatMap(({ asks }) => asks))]
  const { open, restoring } = leftBefore(uses, from)
  const needed = [...open.values()].filter(({ remnant }) => isNeeded(remnant, rest, bodies))
  const lost = needed.filter(({ isRestorable }) => !isRestorable)
  if (lost.length === 0 && asked.length === 0) return { way: 'continue', from, replay: needed.length === 0 ? [] : restoring }
  const first = Math.min(...lost.map(({ since }) => since))
  if (asked.length === 0 && mayRepeat(first)) return recallOf(uses, first, bodies, mayRepeat, lineOf)
  return {
    way: 'ask',
    lost: [
      ...lost.map(({ remnant, since }) => `${lineOf(since)} left ${remnant.key}`),
      ...asked.map((what) => `the rest asks for ${what}, which speaks of a statement before it`),
    ],
  }
}

/** Routines and triggers that a statement may run in one of these states. */
export function bodiesIn(states: readonly State[]): readonly RoutineBody[] {
  return states.flatMap((state) =>
    [...objectsOf(state)].flatMap((object): readonly RoutineBody[] => {
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
  readonly remnant: Remnant
  /** The first statement that left it. */
  readonly since: number
  readonly isRestorable: boolean
}

interface Left {
  /** What is in the session, by its key. */
  readonly open: ReadonlyMap<string, Open>
  /** The statements that restore theirs when they are sent again, in order: one may build on another. */
  readonly restoring: readonly number[]
}

/** What the statements before `from` have left. */
function leftBefore(uses: readonly SessionUse[], from: number): Left {
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

/** A value made from one that cannot be restored cannot be restored either. */
function readsOnlyRestorable({ words }: SessionUse, open: ReadonlyMap<string, Open>): boolean {
  return [...open.values()].every(({ remnant: { word }, isRestorable }) => isRestorable || word === undefined || !words.has(word))
}

/** The statement gives it a new value whatever it was: a variable, not settings, of which there are many. */
function isOverwritten({ word }: Remnant, { words, replayable }: SessionUse): boolean {
  return word !== undefined && replayable && !words.has(word)
}

/** A later statement mentions it before one gives it a new value, or a routine does, which may run at any time. */
function isNeeded(remnant: Remnant, rest: readonly SessionUse[], bodies: readonly RoutineBody[]): boolean {
  const { key, word } = remnant
  if (word === undefined) return true
  if (bodies.some(({ text }) => text.toUpperCase().includes(word.toUpperCase()))) return true
  for (const use of rest) {
    if (use.words.has(word)) return true
    if (use.ends.includes(key) || use.leaves.some((left) => left.key === key)) return false
  }
  return false
}
