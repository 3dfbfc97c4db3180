import type { Reading } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import { compareRows, unsteadyColumns, withoutColumns } from '../plan/rows.ts'
import { type Finding, soundness } from '../plan/soundness.ts'
import type { Migration, Release } from '../release/migration.ts'
import { authoredOrder, phasedOrder, sameOrder } from '../release/order.ts'
import { fingerprint } from '../schema/fingerprint.ts'
import type { RecordedMigration, RecordedRelease, RecordedUndo } from '../state/recording.ts'
import type { TableRows, Trace } from '../state/trace.ts'
import { onDatabase, runScript } from './boundary.ts'
import { allRows, execute } from './execute.ts'
import { tryUndos } from './undo.ts'
import type { Workshop } from './workshop.ts'

export interface Proof {
  readonly recorded: RecordedRelease
  /** The reading at the end of phased order. */
  readonly end: Reading
  /** The scratch database in which phased order has run, sample rows included. */
  readonly database: string
}

/**
 * Executes a release from the scratch database `boundary` in authored and in phased order and compares. Throws
 * `release.not-sound` when they differ, `record.failed` when it does not even run as it was written.
 */
export async function prove(workshop: Workshop, release: Release, boundary: string, start: Reading, inputs: string): Promise<Proof> {
  const [authoredSequence, phasedSequence] = [authoredOrder(release), phasedOrder(release)]
  const once = sameOrder(authoredSequence, phasedSequence)
  const authored = await runOrder(workshop, release, 'authored', authoredSequence, boundary, start, { rows: !once, prices: once })
  if (authored.failed) throw failedAsWritten(workshop, release, authored)
  const phased = once
    ? authored
    : await runOrder(workshop, release, 'phased', phasedSequence, boundary, start, { rows: true, prices: true })
  const steady = await leaveOutChance(workshop, release, authored, phased, boundary, start)
  const { findings, reported } = soundness(release, steady.authored, steady.phased)
  if (findings.length > 0) {
    throw new InterphaseError('release.not-sound', {
      release: release.name,
      dialect: workshop.dialect.name,
      findings: toldOnce(findings),
      remedies: [...new Set(findings.map((finding) => finding.remedy))],
    })
  }
  const undos = await tryUndos(workshop, release, phased, boundary, start)
  return {
    end: phased.reading,
    database: once ? 'authored' : 'phased',
    recorded: {
      release: release.name,
      dialect: workshop.dialect.name,
      server: { version: workshop.server.version.text, major: workshop.server.version.major },
      inputs,
      start: fingerprint(start.state),
      end: fingerprint(phased.end),
      orders: once ? 1 : 2,
      reported: [...reported, ...steady.reported],
      migrations: new Map(
        phasedSequence.map((migration) => [migration.id, recordedOf(migration, authored, phased, undos.get(migration.id))]),
      ),
    },
  }
}

/** The findings, those of one remedy together and the remedy after them. */
function toldOnce(findings: readonly Finding[]): readonly string[] {
  const remedies = [...new Set(findings.map((finding) => finding.remedy))]
  return remedies.flatMap((remedy) => [
    ...findings.filter((finding) => finding.remedy === remedy).map((finding) => finding.says),
    `  remedy: ${remedy}`,
  ])
}

type Run = Trace & { readonly reading: Reading }

/** The release once, in a fresh copy of the boundary named after the order, with its sample rows. */
export async function runOrder(
  workshop: Workshop,
  release: Release,
  order: 'authored' | 'phased',
  sequence: readonly Migration[],
  boundary: string,
  start: Reading,
  wants: { readonly rows: boolean; readonly prices: boolean },
): Promise<Run> {
  const { server, dialect } = workshop
  const startedMs = workshop.elapsedMs()
  const target = await server.copy(boundary, order)
  return onDatabase(dialect, target, async (session) => {
    for (const rows of release.rows) await runScript(session, dialect, rows, 'record.rows')
    // Identities are those of this copy: a copied database may number its objects anew.
    const identified = await dialect.catalog.read(session, 'whole')
    const trace = await execute({ ...workshop, session }, sequence, { ...identified, state: start.state }, wants.prices)
    workshop.emit({
      type: 'order-executed',
      release: release.name,
      dialect: dialect.name,
      order,
      migrations: sequence.length,
      elapsedMs: Math.round(workshop.elapsedMs() - startedMs),
    })
    return { ...trace, rows: wants.rows && !trace.failed ? await allRows({ ...workshop, session }, trace.reading) : [] }
  })
}

function failedAsWritten(workshop: Workshop, release: Release, trace: Run): InterphaseError {
  const { migration, problem } = trace.failed ?? { migration: undefined, problem: '' }
  return new InterphaseError('record.failed', {
    release: release.name,
    dialect: workshop.dialect.name,
    migration: migration?.id ?? '',
    file: migration?.file ?? '',
    order: 'authored',
    problem,
  })
}

/**
 * Values that come from a clock or from chance differ between any two executions. Where the orders seem to differ in rows,
 * authored order is run once more: columns in which it differs from itself are left out, and said.
 */
export async function leaveOutChance(workshop: Workshop, release: Release, authored: Run, phased: Run, boundary: string, start: Reading) {
  const same = { authored, phased, reported: [] as readonly string[] }
  if (authored === phased || phased.failed || compareRows(authored.rows, phased.rows).length === 0) return same
  const again = await runOrder(workshop, release, 'authored', authoredOrder(release), boundary, start, { rows: true, prices: false })
  const chance = unsteadyColumns(authored.rows, again.rows)
  const steady = (rows: readonly TableRows[]) => withoutColumns(rows, chance)
  return {
    authored: { ...authored, rows: steady(authored.rows) },
    phased: { ...phased, rows: steady(phased.rows) },
    reported: [...chance].map(
      ([table, columns]) => `table ${table}: ${columns.join(', ')} differ from one execution to the next and were not compared`,
    ),
  }
}

function recordedOf(migration: Migration, authored: Trace, phased: Trace, undo: RecordedUndo | undefined): RecordedMigration {
  const [mine, theirs] = [authored, phased].map((trace) => trace.entries.find((entry) => entry.migration.id === migration.id))
  return {
    id: migration.id,
    change: migration.change,
    checksum: migration.checksum,
    path: theirs?.path ?? 'together',
    authored: mine?.steps ?? [],
    phased: theirs?.steps ?? [],
    footprint: [...new Set([...(mine?.footprint ?? []), ...(theirs?.footprint ?? [])])].sort(),
    wrote: (mine?.wrote ?? false) || (theirs?.wrote ?? false),
    affected: theirs?.affected ?? 0,
    prices: theirs?.prices ?? [],
    ...(undo && { undo }),
  }
}
