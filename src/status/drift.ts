import { type DraftReleaseOptions, type DraftResult, readSchemaAtEndOfChain, writeDraftRelease } from '../adopt/draft/draft-release.ts'
import type { UnwrittenDifference } from '../dialect/schema-writer.ts'
import { loadSchemaChangeSqlWriter } from '../dialects/open.ts'
import { InterphaseError } from '../error.ts'
import { DRIFT_REPORT_FORMAT_VERSION } from '../formats.ts'
import type { LedgerHistory } from '../plan/history.ts'
import { computeChainProgress } from '../plan/progress.ts'
import type { ConnectedProject } from '../run/connected-project.ts'
import { isReportedOnlyObjectProperty } from '../schema/canonical.ts'
import { replaceDefaultCollations } from '../schema/collation.ts'
import { describeObject } from '../schema/describe.ts'
import {
  applyDifferences,
  type Difference,
  differences,
  namesOfDifferingObjectProperties,
  objectBeforeDifference,
} from '../schema/difference.ts'
import { formatObjectName, objectIdOf } from '../schema/object.ts'
import { type ComparedSchemas, compareLiveWithPlannedSchema } from './comparison.ts'
import type { DriftReport } from './reports/drift-report.ts'

/** The differences between the live and the planned schema, and the drafts that the user requested. */
export interface DriftResult {
  readonly report: DriftReport
  /**
   * The statements that change the live schema into the planned schema. The engine does not execute these statements. The field
   * is absent if the user requested no draft.
   */
  readonly draft?: DriftDraft
  /**
   * The release that changes the planned schema into the live schema. The field is absent if the user did not request the
   * release.
   */
  readonly forward?: DraftResult
}

/** The options that select the drafts which `detectDriftAndWriteDrafts` makes. */
export interface DriftOptions {
  /** True if the user requested the SQL that changes the live schema into the planned schema. */
  readonly isDraftRequested?: boolean
  /**
   * The options of a release that changes the schema at the end of the releases into the live schema. If the field is absent,
   * `detectDriftAndWriteDrafts` writes no release.
   */
  readonly forward?: DraftReleaseOptions
}

export interface DriftDraft {
  readonly statements: readonly string[]
  readonly unwritten: readonly UnwrittenDifference[]
}

/**
 * Compares the live schema with the planned schema, object by object, and writes the drafts that the user requested. Throws the
 * first problem of the ledger or of the recorded states. Throws `drift.before-end` if the user requested a release and the database
 * is not at the end of the releases.
 */
export async function detectDriftAndWriteDrafts(
  connected: ConnectedProject,
  history: LedgerHistory | undefined,
  { isDraftRequested = false, forward }: DriftOptions = {},
): Promise<DriftResult> {
  const progress = computeChainProgress(connected.chain, history)
  const [problem] = progress.problems
  if (problem) throw problem
  if (forward && progress.next) {
    const { release, phase } = progress.next
    throw new InterphaseError('drift.before-end', { release: release.name, phase })
  }
  const compared = await compareLiveWithPlannedSchema(connected, progress, history)
  return {
    report: makeDriftReport(connected, compared),
    ...(compared && isDraftRequested && { draft: await draftBack(connected, compared) }),
    ...(compared && forward && { forward: await draftForward(connected, compared, forward) }),
  }
}

/**
 * Writes a release that ends in the live schema. The release contains only the differences that count in the comparison of the
 * report.
 */
async function draftForward(
  { config, chain, session }: ConnectedProject,
  { found, leniency }: ComparedSchemas,
  options: DraftReleaseOptions,
): Promise<DraftResult> {
  const head = await readSchemaAtEndOfChain(config, chain)
  if (!head) throw new InterphaseError('internal', { problem: 'a database without releases was compared' })
  return writeDraftRelease(config, chain, head, { state: found, server: session.version, isWhole: false, leniency }, options)
}

function makeDriftReport({ config, dialect, session }: ConnectedProject, compared: ComparedSchemas | undefined): DriftReport {
  const mismatches = compared?.mismatches ?? []
  const objects = (kind: 'added' | 'removed') =>
    mismatches.flatMap((one) => (one.kind === kind ? [{ id: objectIdOf(one.object), object: describeObject(one.object) }] : []))
  return {
    format: DRIFT_REPORT_FORMAT_VERSION,
    project: config.project,
    dialect: dialect.name,
    database: session.where,
    server: session.version.text,
    schema: compared === undefined ? 'not compared' : mismatches.length === 0 ? 'as planned' : 'differs',
    ...(compared?.remark !== undefined && { schemaRemark: compared.remark }),
    missing: objects('removed'),
    extra: objects('added'),
    different: mismatches.flatMap((one) => (one.kind === 'altered' || one.kind === 'renamed' ? [differentObject(one)] : [])),
    neighbours: [...(compared?.neighbours ?? [])],
    exitCode: compared === undefined ? 8 : mismatches.length === 0 ? 0 : 7,
  }
}

function differentObject({ before, after }: Extract<Difference, { readonly before: unknown }>): DriftReport['different'][number] {
  const facts = namesOfDifferingObjectProperties(before, after).filter((fact) => !isReportedOnlyObjectProperty(before.kind, fact))
  return {
    id: objectIdOf(before),
    object: formatObjectName(before),
    facts: facts.map((fact) => ({ fact, planned: Reflect.get(before, fact) ?? null, found: Reflect.get(after, fact) ?? null })),
  }
}

/** Writes the SQL that removes the differences of the report. The SQL does not change other objects of the database. */
async function draftBack({ dialect }: ConnectedProject, { expected, found, leniency, mismatches }: ComparedSchemas): Promise<DriftDraft> {
  const write = await loadSchemaChangeSqlWriter(dialect.name)
  const ids = new Set(mismatches.map((one) => objectIdOf(objectBeforeDifference(one))))
  const all = differences(found, replaceDefaultCollations(found, expected, leniency.collations))
  const ours = all.filter((one) => ids.has(objectIdOf(objectBeforeDifference(one))))
  const written = write(found, applyDifferences(found, ours))
  const known = new Set(ours.map((one) => objectIdOf(objectBeforeDifference(one))))
  // The comparison ignores generated names, so the code identifies an object with a generated name by its content.
  const unnamed = mismatches.map(objectBeforeDifference).filter((object) => !known.has(objectIdOf(object)))
  const reason = 'The server generated the name of the object, so the name in this database is not known'
  const left = unnamed.map((object): UnwrittenDifference => ({ id: objectIdOf(object), object: formatObjectName(object), reason }))
  return { statements: written.statements, unwritten: [...written.unwritten, ...left] }
}
