import type { CatalogReading } from '../dialect/dialect.ts'
import { InterphaseError, isError } from '../error.ts'
import { formatRefusedEffect, judgeReleaseByPolicies } from '../plan/verdict.ts'
import { checkSoundness, type SoundnessFinding } from '../proof/soundness.ts'
import type { FrontMatter, Migration, MigrationId, Release } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import { fingerprintOfState } from '../schema/fingerprint.ts'
import type { SchemaGroupKey, SchemaObjectId } from '../schema/object.ts'
import type { ReleaseBoundaryDatabase } from '../shadow/boundary.ts'
import { makeShadowFailureError } from '../shadow/failure.ts'
import { detectAndRemoveNondeterministicColumns, executeBothOrders } from '../shadow/orders.ts'
import type { ShadowServerContext } from '../shadow/shadow-server.ts'
import { computePlannedMigrationPositions } from '../state/planned.ts'
import type { RecordedMigration, RecordedRelease, RecordedServer, RecordedUndo } from '../state/recording.ts'
import type { ExecutionTrace, ObservedMigration } from '../state/trace.ts'
import { statementsKnownBeforeRun } from '../work/kinds.ts'
import { prepareScriptWork } from '../work/work.ts'
import { type ExecutedUndosResult, executeUndosOnShadow } from './undo.ts'

/** The recorded states of a sound release, and the scratch database at the end of phased order. */
export interface ProvenReleaseWithDatabase {
  readonly recorded: RecordedRelease
  /** The schema at the end of the release, after the execution in phased order. */
  readonly end: CatalogReading
  /** The name of the scratch database in which phased order ran with the sample rows. */
  readonly database: string
}

/**
 * Executes a release in authored and in phased order, and compares the results. Both orders run in copies of the database `from`.
 * Throws `record.failed` if authored order fails, `release.not-sound` if phased order fails or the release is not sound, and
 * `record.undo` if an undo fails.
 */
export async function proveReleaseOnShadow(
  shadows: ShadowServerContext,
  release: Release,
  from: ReleaseBoundaryDatabase,
  inputs: string,
): Promise<ProvenReleaseWithDatabase> {
  const runs = await executeBothOrders(shadows, release, from, true)
  if (runs.outcome === 'authored order failed') throw makeShadowFailureError(shadows, release, 'authored', runs.authored.failed)
  const steady = await detectAndRemoveNondeterministicColumns(shadows, release, runs, from)
  const { findings, reported } = checkSoundness(release, steady.runs)
  const { authored, phased } = runs.outcome === 'one order' ? { authored: runs.both, phased: runs.both } : runs
  if (findings.length > 0 || phased.failed) {
    throw new InterphaseError('release.not-sound', {
      release: release.name,
      dialect: shadows.dialect.name,
      findings: toldOnce(findings),
      remedies: [...new Set(findings.map((finding) => finding.remedy))],
    })
  }
  const server = await recordedServer(shadows, release, phased)
  const recordedWith = ({ undos, reported: ofUndos }: ExecutedUndosResult): RecordedRelease => ({
    release: release.name,
    dialect: shadows.dialect.name,
    server,
    inputs,
    start: fingerprintOfState(from.reading.state),
    end: fingerprintOfState(phased.end),
    orders: runs.outcome === 'one order' ? 1 : 2,
    reported: [...reported, ...steady.reported, ...ofUndos],
    migrations: new Map(
      migrationsInPhasedOrder(release).map((migration) => [migration.id, recordedOf(migration, authored, phased, undos.get(migration.id))]),
    ),
  })
  const undone = await executeUndosOnShadow(shadows, release, phased, from).catch(async (error: unknown) => {
    if (!isError(error, 'record.undo')) throw error
    const refused = await refusalsOf(shadows, release, from, recordedWith({ undos: new Map(), reported: [] }))
    throw new InterphaseError('record.undo', { ...error.facts, refused }, { cause: error })
  })
  return {
    end: phased.reading,
    database: runs.outcome !== 'one order' ? 'phased' : from.spare ? from.name : 'authored',
    recorded: recordedWith(undone),
  }
}

/**
 * Returns the effects of the release that the policies refuse, one text each. The error about a failed undo contains these texts,
 * because a migration with a refused effect often belongs in another phase, in which it needs no undo.
 */
async function refusalsOf(
  { load, policies }: ShadowServerContext,
  release: Release,
  { reading }: ReleaseBoundaryDatabase,
  recorded: RecordedRelease,
): Promise<readonly string[]> {
  const loaded = new Map<MigrationId, FrontMatter>()
  for (const migration of migrationsInPhasedOrder(release))
    if (migration.body.kind === 'function') loaded.set(migration.id, (await load(migration)).declarations)
  const start = reading.state
  const positions = computePlannedMigrationPositions(release, recorded, start)
  const judged = judgeReleaseByPolicies({ release, start, positions }, ({ id, declarations }) => loaded.get(id) ?? declarations, policies)
  return judged.flatMap(({ refusals }) => refusals.filter(({ despite }) => !despite).map(formatRefusedEffect))
}

/** Returns the findings grouped by remedy. Each remedy follows its findings once. */
function toldOnce(findings: readonly SoundnessFinding[]): readonly string[] {
  const remedies = [...new Set(findings.map((finding) => finding.remedy))]
  return remedies.flatMap((remedy) => [
    ...findings.filter((finding) => finding.remedy === remedy).map((finding) => finding.says),
    `  remedy: ${remedy}`,
  ])
}

function recordedOf(
  migration: Migration,
  authored: ExecutionTrace,
  phased: ExecutionTrace,
  undo: RecordedUndo | undefined,
): RecordedMigration {
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
    writes: theirs?.writes ?? [],
    ...setsOf(mine, theirs),
    ...(theirs?.revokes && theirs.revokes.length > 0 && { revokes: theirs.revokes }),
    ...redefinedOf(mine, theirs),
    affected: theirs?.affected ?? 0,
    prices: theirs?.prices ?? [],
    ...(theirs?.derived && { derived: theirs.derived }),
    ...(undo && { undo }),
  }
}

function setsOf(...orders: readonly (ObservedMigration | undefined)[]): { readonly sets?: readonly SchemaObjectId[] } {
  const sets = [...new Set(orders.flatMap((seen) => seen?.sets ?? []))].sort()
  return sets.length > 0 ? { sets } : {}
}

function redefinedOf(...orders: readonly (ObservedMigration | undefined)[]): { readonly redefined?: readonly SchemaGroupKey[] } {
  const redefined = [...new Set(orders.flatMap((seen) => seen?.redefined ?? []))].sort()
  return redefined.length > 0 ? { redefined } : {}
}

async function recordedServer(
  { server: { version }, dialect }: ShadowServerContext,
  release: Release,
  { entries }: ExecutionTrace,
): Promise<RecordedServer> {
  const { text, major, lowerCaseTableNames } = version
  const recorded = { version: text, major }
  if (lowerCaseTableNames === undefined) return recorded
  for (const migration of migrationsInPhasedOrder(release)) {
    // Only SQL files are parsed in advance, because the statements of a function are unknown before the function runs.
    const works = migration.body.kind === 'sql' ? [await prepareScriptWork(migration, migration.body, dialect.files)] : []
    const derived = entries.find((entry) => entry.migration.id === migration.id)?.derived?.statements ?? []
    const texts = [...works.flatMap(statementsKnownBeforeRun).map((statement) => statement.text), ...derived]
    if (texts.some((one) => dialect.namesCapitals?.(one))) return { ...recorded, lowerCaseTableNames }
  }
  return recorded
}
