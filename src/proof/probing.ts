import type { PhaseName } from '../phase/phase.ts'
import type { Migration, MigrationId, Release } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'

/** The application version that sends a probe: the version before the release, or the version of the release. */
export type ApplicationVersion = 'old' | 'new'

/**
 * A point between two commits of phased order, at which running code can use the database. The commit before the point identifies
 * the point: the commit of a statement of a migration, of a whole migration, or of a batch of a data step.
 */
export interface ProbePoint {
  /** The commit before this point in phased order. The field is absent for the point before the first migration. */
  readonly after?: {
    readonly migration: Migration
    readonly unit: 'statement' | 'batch'
    readonly number: number
    readonly of: number
  }
}

/**
 * The results of one probe (statements of the application) at each point in phased order at which its application version runs.
 * The engine sent the probe in the same way at all points.
 */
export interface ProbeResults {
  readonly file: string
  readonly version: ApplicationVersion
  /**
   * The way in which the engine sends the probe after each commit of a release: as text each time ('afresh'), or prepared once
   * and then only executed ('prepared').
   */
  readonly how: 'afresh' | 'prepared'
  readonly results: readonly ProbeResultAtPoint[]
}

/** The result of one probe (statements of the application) at one point in phased order. */
export interface ProbeResultAtPoint {
  readonly point: ProbePoint
  /** The error of the server. The field is absent if the probe passed. */
  readonly problem?: string
}

/** A failure of a probe, with the migration that caused the failure. A probe contains statements of the application. */
export interface ProbeFinding {
  readonly kind: 'probe fails' | 'probe is wrong'
  readonly probe: string
  readonly migration?: MigrationId
  /** The first point in phased order at which the probe failed, as a text such as `after migrate`. */
  readonly point: string
  readonly says: string
  readonly remedy: string
}

/**
 * Returns the application versions that run in the state after a commit. The old version has stopped before contract begins, and
 * the new version starts after expand.
 */
export function applicationVersionsAt(release: Release, { after }: ProbePoint): readonly ApplicationVersion[] {
  const order = migrationsInPhasedOrder(release)
  const last = (phase: PhaseName) => order.findLastIndex((migration) => migration.phase === phase)
  const at = after ? order.findIndex(({ id }) => id === after.migration.id) : -1
  const isWhole = !after || after.number === after.of
  const expanded = at > last('expand') || (at === last('expand') && isWhole)
  return [...(after?.migration.phase === 'contract' ? [] : (['old'] as const)), ...(expanded ? (['new'] as const) : [])]
}

/**
 * Returns a point in phased order as a text for messages, such as `before expand`, `after r/010-a.expand`, `after statement 2 of
 * 5 of r/010-a.expand` or `after batch …`.
 */
export function formatProbePoint({ after }: ProbePoint): string {
  if (!after) return 'before expand'
  const { migration, unit, number, of } = after
  return number === of ? `after ${migration.id}` : `after ${unit} ${number} of ${of} of ${migration.id}`
}

/**
 * Returns the findings about a probe. If a probe of the old version fails before expand, or if a probe fails at every point, the
 * only finding is that the probe itself is wrong. Otherwise, the result has a finding for each point at which the probe fails
 * although it passed at the previous point. A failure of the new version right after expand is also a finding.
 */
export function findProbeFailures(probed: ProbeResults): readonly ProbeFinding[] {
  const { results, version } = probed
  const [first] = results
  if (!first) return []
  if (version === 'old' && first.problem !== undefined) return [wrong(probed, first)]
  if (results.every(({ problem }) => problem !== undefined)) return [wrong(probed, results.at(-1) ?? first)]
  const early = first.problem === undefined ? [] : [tooEarly(probed, first)]
  const broken = results.flatMap((result, index) => {
    const before = results[index - 1]
    return before?.problem === undefined && before && result.problem !== undefined ? [breaks(probed, result)] : []
  })
  return [...early, ...broken]
}

const WRITTEN_FOR: { readonly [V in ApplicationVersion]: string } = { old: 'before expand', new: 'after contract' }
const WHOSE: { readonly [V in ApplicationVersion]: string } = { old: 'the old version', new: 'the new version' }

function wrong({ file, version }: ProbeResults, { point, problem }: ProbeResultAtPoint): ProbeFinding {
  return {
    kind: 'probe is wrong',
    probe: file,
    point: formatProbePoint(point),
    says: `${file} fails even in the schema for which ${WHOSE[version]} was written, ${WRITTEN_FOR[version]}: ${problem}`,
    remedy: 'correct the probe, or the sample rows that it needs; the failure is not a fault of the release',
  }
}

/**
 * Makes the finding for a probe of the new version that fails right after expand. The new version starts after expand, so expand
 * must create every object that the new version needs.
 */
function tooEarly(probed: ProbeResults, { point, problem }: ProbeResultAtPoint): ProbeFinding {
  const cured = probed.results.find((result) => result.problem === undefined)?.point
  const cause = cured?.after?.migration.id
  return {
    kind: 'probe fails',
    probe: probed.file,
    ...(cause === undefined ? {} : { migration: cause }),
    point: formatProbePoint(point),
    says: `${nameOf(probed)} fails ${formatProbePoint(point)}, when the new version starts: ${problem}. It passes only ${cured ? formatProbePoint(cured) : 'later'}`,
    remedy: `create the objects that the probe needs in an expand${cause === undefined ? '' : ` instead of in ${cause}`}`,
  }
}

function breaks(probed: ProbeResults, { point, problem }: ProbeResultAtPoint): ProbeFinding {
  const migration = point.after?.migration
  return {
    kind: 'probe fails',
    probe: probed.file,
    ...(migration ? { migration: migration.id } : {}),
    point: formatProbePoint(point),
    says: `${nameOf(probed)} fails ${formatProbePoint(point)}, but passed before it: ${problem}${mended(probed, point)}`,
    remedy: remedyFor(probed, point),
  }
}

function nameOf({ file, how }: ProbeResults): string {
  return how === 'prepared' ? `${file}, prepared earlier,` : file
}

/**
 * Returns a sentence with the first later point in phased order at which a failing probe passes again. Returns an empty text if
 * the probe does not pass again.
 */
function mended({ results }: ProbeResults, point: ProbePoint): string {
  const at = results.findIndex((result) => result.point === point)
  const again = results.slice(at).find(({ problem }) => problem === undefined)
  return again ? `. It passes again ${formatProbePoint(again.point)}` : ''
}

function remedyFor({ version, how, file }: ProbeResults, { after }: ProbePoint): string {
  const id = after?.migration.id ?? ''
  if (after?.unit === 'batch' && after.number < after.of)
    return `change ${id} or the triggers of the release, so that ${WHOSE[version]} can run while ${id} has changed some rows and not the others`
  if (after && after.number < after.of) return `reorder the statements of ${id}, so that ${WHOSE[version]} can run between any two of them`
  if (how === 'prepared' && version === 'old') {
    return `move the change of ${id} to contract. Or, before expand begins, let the application name the columns that it reads and prepare the statement of ${file} again`
  }
  if (version === 'old') return `change ${id} so that the statements of the old version still work, or move the change to contract`
  return `change ${id} so that the statements of the new version still work, because the new version runs at that time`
}
