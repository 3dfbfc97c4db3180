import type { ObjectUsageEntry, ObjectUsageReading, ReasonObjectUsageUnseen } from '../dialect/usage.ts'
import type { LedgerNoteFields } from '../plan/note.ts'
import { formatObjectName, objectIdOf, type SchemaObject } from '../schema/object.ts'
import type { GateAnswer } from './gate.ts'

/** The usage counts of objects at one time, as the ledger stores them. */
export type ObjectUsageBaseline = LedgerNoteFields<'usage'>

/** Returns the usage counts of objects, as the ledger stores them, from a reading of the server's statistics. */
export function makeObjectUsageBaseline(
  about: Pick<ObjectUsageBaseline, 'release' | 'phase' | 'since'>,
  objects: readonly SchemaObject[],
  { period, dropped, usages }: ObjectUsageReading,
): ObjectUsageBaseline {
  const counts = Object.fromEntries(usages.map(({ key, count }) => [key, count]))
  return { ...about, objects: objects.map(objectIdOf), period, dropped, counts }
}

const RECORD = 'interphase gate baseline'

/** Returns the answer of the gate `unused`, from the usage counts in the ledger and a reading of the server's statistics. */
export function answerUnusedGateFromUsage(
  objects: readonly SchemaObject[],
  baseline: ObjectUsageBaseline | undefined,
  reading: ObjectUsageReading | ReasonObjectUsageUnseen,
  phase: string,
): GateAnswer {
  const again = `To store new counts, run: ${RECORD} --phase ${phase}`
  if ('unseen' in reading) return { state: 'unseen', evidence: [reading.unseen], remedy: `${reading.remedy}. ${again}` }
  const shown = (one: SchemaObject) => !reading.hidden.some((hidden) => hidden.objects.includes(objectIdOf(one)))
  const hidden = reading.hidden.map((one) => `The use of ${namesOf(objects, one.objects)} cannot be read: ${one.unseen}`)
  const problem = baseline
    ? problemOf(objects, baseline, reading)
    : 'The ledger contains no usage counts from the time after the rollout of the new version'
  const grown = baseline ? grownSince(baseline, reading) : []
  const used = grown.filter((one) => one.objects.length > 0 && (one.kind === 'statement' || one.kind === 'writes' || isRead(one, grown)))
  if (used.length > 0 && !problem && baseline) {
    const remedy = `Stop the code that uses these objects. If this use is harmless, run: ${RECORD} --phase ${phase}`
    return { state: 'shut', evidence: used.map((one) => formatUsage(objects, one, baseline)), remedy }
  }
  if (problem) return { state: 'unseen', evidence: [problem, ...hidden], remedy: again }
  const unclear = grown.filter(({ kind }) => kind === 'unclear').map(({ what, growth }) => `${growth} ${what} possibly used the objects`)
  if (hidden.length + unclear.length > 0) {
    const remedies = reading.hidden.map(({ remedy }) => remedy)
    const remedy = remedies.length > 0 ? `${remedies.join('. ')}. ${again}` : `Make sure that nothing uses the objects. ${again}`
    return { state: 'unseen', evidence: [...hidden, ...unclear], remedy }
  }
  return { state: 'open', evidence: [`Not used since ${baseline?.since}: ${objects.filter(shown).map(formatObjectName).join(', ')}`] }
}

/**
 * Returns the reason why the usage counts in the ledger cannot be compared with the statistics of the server. Returns undefined if
 * they can be compared.
 */
function problemOf(objects: readonly SchemaObject[], baseline: ObjectUsageBaseline, reading: ObjectUsageReading): string | undefined {
  const { since, period, dropped, counts } = baseline
  const fresh = objects.filter((one) => !baseline.objects.includes(objectIdOf(one)))
  if (fresh.length > 0) return `The counts of ${since} do not include ${fresh.map(formatObjectName).join(', ')}`
  if (period !== reading.period) return `The statistics of the server were reset after ${since}`
  if (dropped !== reading.dropped) return `The statistics of the server were full after ${since}, so some statements were not counted`
  const now = new Map(reading.usages.map(({ key, count }) => [key, count]))
  const lost = Object.entries(counts).some(([key, count]) => count > (now.get(key) ?? 0))
  return lost ? `A part of the statistics of the server was reset after ${since}` : undefined
}

type GrownUsage = ObjectUsageEntry & { readonly growth: number }

function grownSince({ counts }: ObjectUsageBaseline, { usages }: ObjectUsageReading): readonly GrownUsage[] {
  return usages.flatMap((one) => {
    const growth = one.count - (counts[one.key] ?? 0)
    return growth > 0 ? [{ ...one, growth }] : []
  })
}

/** Returns true if the use consists of reads of a table or index, and no statement in the statistics explains these reads. */
function isRead({ kind, objects }: GrownUsage, grown: readonly GrownUsage[]): boolean {
  if (kind !== 'reads') return false
  return !grown.some((one) => (one.kind === 'other' || one.kind === 'statement') && one.objects.some((id) => objects.includes(id)))
}

function formatUsage(
  objects: readonly SchemaObject[],
  { objects: ids, growth, what, kind, lastAt }: GrownUsage,
  baseline: ObjectUsageBaseline,
) {
  const times = kind === 'statement' ? `${growth} ${growth === 1 ? 'call' : 'calls'} of ${what}` : `${growth} ${what}`
  const last = lastAt === undefined ? '' : `, the last one at ${lastAt}`
  return `${namesOf(objects, ids)}: ${times} since ${baseline.since}${last}`
}

function namesOf(objects: readonly SchemaObject[], ids: readonly string[]): string {
  return objects
    .filter((one) => ids.includes(objectIdOf(one)))
    .map(formatObjectName)
    .join(', ')
}
