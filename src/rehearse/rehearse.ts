import type { CatalogReading } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import { applyExpectedProbeFailures } from '../proof/expected-failure.ts'
import { checkSoundness, type SoundnessFinding } from '../proof/soundness.ts'
import { type RecordedEndFingerprints, ReleaseBoundaryDatabaseProvider } from '../record/boundaries.ts'
import type { Release, ReleaseChain } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import type { ExpectedProbeFailure } from '../release/probe.ts'
import { refuseOpenQuestions } from '../release/question.ts'
import type { ReleaseBoundaryDatabase } from '../shadow/boundary.ts'
import { detectAndRemoveNondeterministicColumns, executeBothOrders } from '../shadow/orders.ts'
import type { ShadowServerContext } from '../shadow/shadow-server.ts'
import type { GeneratedRowsOptions } from './fill.ts'
import { createFilledShadowDatabase, type FilledShadowDatabase } from './filled-shadow.ts'
import { compareRowsWrittenAtEachPoint } from './lasting.ts'
import { type ApplicationProbe, readReleaseProbes } from './probe.ts'
import { type ReleaseProbingResult, runProbesOfRelease } from './probing.ts'
import type { RehearsalFinding, RehearsedRelease } from './rehearsal.ts'

export interface RehearsalRequest {
  readonly filling: GeneratedRowsOptions
  /** The names of the releases that the command rehearses. */
  readonly releases: readonly string[]
  /** True if the command keeps the shadow database of the last release. The database then has the state after phased order. */
  readonly keep: boolean
}

/** Rehearses releases of a chain in order. Each release starts from the schema at the end of the previous release. */
export async function rehearseChain(
  shadows: ShadowServerContext,
  chain: ReleaseChain,
  options: RehearsalRequest,
  ends: RecordedEndFingerprints,
): Promise<readonly RehearsedRelease[]> {
  const asked = chain.releases.filter(({ name }) => options.releases.includes(name))
  refuseOpenQuestions(asked)
  const probes = new Map<string, readonly ApplicationProbe[]>()
  for (const release of asked) probes.set(release.name, await readReleaseProbes(shadows.dialect, release))
  const boundaries = new ReleaseBoundaryDatabaseProvider(shadows, chain, ends)
  await boundaries.sweep()
  try {
    const done: RehearsedRelease[] = []
    for (const release of asked) {
      shadows.emit({ type: 'release-rehearsing', ...named(shadows, release), server: shadows.server.version.text })
      const boundary = await boundaries.before(chain.releases.indexOf(release))
      const rehearsed = await rehearse(shadows, release, boundary, options.filling, probes.get(release.name) ?? [])
      shadows.emit({ type: 'release-rehearsed', ...named(shadows, release), findings: rehearsed.findings.length })
      done.push(rehearsed)
    }
    const last = done.at(-1)
    if (options.keep && last) await keep(shadows, last)
    return done
  } finally {
    await boundaries.sweep()
  }
}

function named({ dialect }: ShadowServerContext, release: Release): { readonly release: string; readonly dialect: string } {
  return { release: release.name, dialect: dialect.name }
}

async function rehearse(
  shadows: ShadowServerContext,
  release: Release,
  boundary: ReleaseBoundaryDatabase,
  filling: GeneratedRowsOptions,
  probes: readonly ApplicationProbe[],
): Promise<RehearsedRelease> {
  const filled = await createFilledShadowDatabase(shadows, release, boundary, filling)
  const first = await compare(shadows, release, filled, boundary.reading)
  // If a release fails on a database with generated rows, the rehearsal executes both orders again with only the user's rows. If
  // the release then succeeds, the probes also run on only these rows.
  const plain = first.ran || !filled.isGenerated ? filled : await createFilledShadowDatabase(shadows, release, boundary, NO_ROWS)
  const compared = plain === filled ? first : await compare(shadows, release, plain, boundary.reading)
  const probed = compared.ran ? await runProbesAtAllPoints(shadows, release, boundary, plain, probes) : NOTHING_SEEN
  const writing = { shadows, release, filled: plain, start: boundary.reading }
  const lasting = compared.ran ? await compareRowsWrittenAtEachPoint(writing, probes) : { findings: [], reported: [] }
  const unexpected = applyExpectedProbeFailures(
    [...probed.findings, ...lasting.findings],
    compared.ran ? expectedFailuresOf(probes) : new Map(),
  )
  const findings = [...first.findings, ...(plain === filled ? [] : compared.findings), ...unexpected.findings]
  return {
    release: release.name,
    ok: findings.length === 0,
    orders: first.orders,
    migrations: migrationsInPhasedOrder(release).length,
    tables: [...filled.filled],
    points: [...probed.points],
    probes: [...probed.probes],
    findings: once(findings),
    reported: [...new Set([...compared.reported, ...probed.reported, ...lasting.reported, ...unexpected.reported])],
  }
}

const NO_ROWS: GeneratedRowsOptions = { rows: 0, seed: 0 }
const NOTHING_SEEN: ReleaseProbingResult = { points: [], probes: [], findings: [], reported: [], isWrong: false }

interface Compared {
  readonly orders: 1 | 2
  /** True if the release ran to its end in authored order and in phased order. */
  readonly ran: boolean
  readonly findings: readonly RehearsalFinding[]
  readonly reported: readonly string[]
}

/**
 * Executes a release in authored order and in phased order on copies of the filled database, and compares the schemas and rows at
 * the end.
 */
async function compare(
  shadows: ShadowServerContext,
  release: Release,
  filled: FilledShadowDatabase,
  start: CatalogReading,
): Promise<Compared> {
  const bare = { ...release, rows: [] }
  const from = { name: filled.database, reading: start }
  const runs = await executeBothOrders(shadows, bare, from, false)
  if (runs.outcome === 'authored order failed') {
    const { migration, problem } = runs.authored.failed
    return { orders: runs.orders, ran: false, findings: [doesNotRun(migration.id, problem, filled)], reported: [] }
  }
  const steady = await detectAndRemoveNondeterministicColumns(shadows, bare, runs, from)
  const { findings, reported } = checkSoundness(release, steady.runs)
  return {
    orders: runs.outcome === 'one order' ? 1 : 2,
    ran: runs.outcome !== 'phased order failed',
    findings: findings.map(findingOf),
    reported: [...reported, ...steady.reported],
  }
}

function doesNotRun(migration: string, problem: string, filled: FilledShadowDatabase): RehearsalFinding {
  const rows = filled.isGenerated ? `over generated rows (seed ${filled.seed})` : 'over the rows of rows/'
  return {
    kind: 'does not run',
    migration,
    says: `${migration} fails ${rows}: ${problem}`,
    remedy:
      'change the migration so that it accepts every row that the schema allows. Or add rows to rows/ that are like the rows of the application',
  }
}

function findingOf({ kind, migration, flip, says, remedy }: SoundnessFinding): RehearsalFinding {
  const responsible = flip?.first ?? migration
  return { kind, ...(responsible ? { migration: responsible.id } : {}), says, remedy }
}

/**
 * Runs the probes of a release. If a probe fails in the schema for which it was written, generated rows can be the cause. The
 * function then runs the probes again with only the user's rows.
 */
async function runProbesAtAllPoints(
  shadows: ShadowServerContext,
  release: Release,
  boundary: ReleaseBoundaryDatabase,
  filled: FilledShadowDatabase,
  probes: readonly ApplicationProbe[],
): Promise<ReleaseProbingResult> {
  if (probes.length === 0) return NOTHING_SEEN
  const probed = await runProbesOfRelease(shadows, release, filled, boundary.reading, probes)
  if (!probed.isWrong || !filled.isGenerated) return probed
  const alone = await runProbesOfRelease(
    shadows,
    release,
    await createFilledShadowDatabase(shadows, release, boundary, NO_ROWS),
    boundary.reading,
    probes,
  )
  return alone.isWrong ? alone : { ...alone, reported: [...alone.reported, ONLY_OWN_ROWS] }
}

function expectedFailuresOf(probes: readonly ApplicationProbe[]): ReadonlyMap<string, readonly ExpectedProbeFailure[]> {
  return new Map(probes.map(({ file, expectedFailures }) => [file, expectedFailures]))
}

const ONLY_OWN_ROWS = 'a probe failed because of generated rows, so the probes ran with the rows of rows/ only'

/** Returns the findings of the rehearsal without duplicates. */
function once(findings: readonly RehearsalFinding[]): RehearsalFinding[] {
  return [...new Map(findings.map((finding) => [finding.says, finding])).values()]
}

async function keep({ server, emit, dialect }: ShadowServerContext, { orders }: RehearsedRelease): Promise<void> {
  const { target, until } = await server.keep(orders === 1 ? 'authored' : 'phased')
  const url = new URL(target.url)
  url.password = ''
  emit({ type: 'shadow-kept', dialect: dialect.name, url: url.href, until })
}

/** Returns the release with the given name. Throws `state.unknown` with all names of the chain if no release has this name. */
export function requireReleaseByName(chain: ReleaseChain, name: string): Release {
  const found = chain.releases.find((release) => release.name === name)
  if (found) return found
  throw new InterphaseError('state.unknown', { id: name, known: chain.releases.map((release) => release.name) })
}
