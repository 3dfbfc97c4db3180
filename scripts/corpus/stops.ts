import { PHASES } from '../../src/phase/phase.ts'
import type { Check } from './check.ts'
import { type Corpus, type CorpusRelease, type Step, textOf } from './corpus.ts'
import { droppedBy } from './destruction.ts'

/** A moment of the walk at which checks are looked at. */
export type Stop = string

export const END: Stop = 'end'

export function afterPhase(release: string, phase: string): Stop {
  return `${release} ${phase}`
}

export function afterProbes(release: string, version: 'old' | 'new'): Stop {
  return `${release} ${version}`
}

export interface Placed {
  readonly at: ReadonlyMap<Stop, readonly Check[]>
  /** Checks that no stop of the walk can answer, each with its reason. */
  readonly unseen: readonly string[]
}

/**
 * Where each check is looked at. A command runs all migrations of a phase, so what must be true after one of them is looked
 * at when its phase is done and before the probes that follow, for those add rows. It must still hold then, except where a
 * later migration of the same phase drops a table or column that the check reads: such a check is left out, and said.
 */
export function placeChecks({ releases, checks, leftOut }: Corpus): Placed {
  const at = new Map<Stop, Check[]>()
  const unseen: string[] = [...leftOut]
  for (const check of checks) {
    const { stop, later } = stopOf(check, releases)
    const gone = later.flatMap((step) => droppedBy(textOf(step.file))).find((name) => reads(check, name))
    if (gone) unseen.push(`after ${check.after}: ${gone} is gone at the end of the phase`)
    else at.set(stop, [...(at.get(stop) ?? []), check])
  }
  return { at, unseen }
}

function stopOf(check: Check, releases: readonly CorpusRelease[]): { readonly stop: Stop; readonly later: readonly Step[] } {
  if (check.after === END) return { stop: END, later: [] }
  const release = releases.find(({ name }) => check.after.startsWith(`${name}/`))
  const word = check.after.slice(check.after.lastIndexOf('.') + 1)
  if (release && (word === 'old' || word === 'new')) return { stop: afterProbes(release.name, word), later: [] }
  const phase = PHASES.find((one) => one === word)
  const steps = release?.steps.filter((step) => step.phase === phase) ?? []
  const place = steps.findIndex(({ id }) => id === check.after)
  if (!release || !phase || place < 0) throw new Error(`checks.json: there is no step ${check.after}`)
  return { stop: afterPhase(release.name, phase), later: steps.slice(place + 1) }
}

function reads(check: Check, dropped: string): boolean {
  const [table, column] = dropped.split('.')
  return [table, column].every((word) => word === undefined || new RegExp(`(?<!\\w)${escaped(word)}(?!\\w)`, 'i').test(check.sql))
}

function escaped(word: string): string {
  return word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}
