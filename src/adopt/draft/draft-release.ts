import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { UnwrittenDifference } from '../../dialect/schema-writer.ts'
import { loadOnlineWriter, loadSchemaChangeSqlWriter } from '../../dialects/open.ts'
import { errorMessageOf, InterphaseError } from '../../error.ts'
import { PHASES } from '../../phase/phase.ts'
import type { ProjectConfig } from '../../project/config.ts'
import { refuseInvalidReleaseName } from '../../project/listing.ts'
import { formatGeneratedChangeFile, type GeneratedChangeFile } from '../../project/patterns/change-file.ts'
import { readPolicies } from '../../project/policies.ts'
import { readReleasesWithStates } from '../../project/recorded.ts'
import type { ReleaseChain } from '../../release/migration.ts'
import { compareTextsNaturally } from '../../release/natural-order.ts'
import type { OpenQuestion } from '../../release/question.ts'
import type { SchemaComparisonSettings } from '../../schema/mismatch.ts'
import { possibleGroupKeysOfIgnoredNames } from '../../schema/neighbour.ts'
import { objectIdOf } from '../../schema/object.ts'
import { objectsOfState, type SchemaState } from '../../schema/state.ts'
import type { RecordedServer } from '../../state/recording.ts'
import { computeSchemasBeforeAndAfterDraft } from './compare-schemas.ts'
import type { DraftedChange } from './drafted-change.ts'
import { planDraftedChanges } from './plan-draft.ts'
import type { SchemaWithServer } from './wanted-schema.ts'

/** The options of a draft that the user can choose. */
export interface DraftReleaseOptions {
  /** The name of the new release. The default is the name of the last release with the suffix `-draft`. */
  readonly release?: string
  /** The removed columns that the user declared as not renamed, in the form `table.column`. */
  readonly notRenamed?: readonly string[]
}

/** The release that a draft wrote. If the two schemas are equal, the release has no files. */
export interface DraftResult {
  readonly release: string
  readonly dialect: ReleaseChain['dialect']
  readonly files: readonly string[]
  /** The open questions in the files of the release. */
  readonly questions: readonly OpenQuestion[]
  /** The differences for which interphase cannot write SQL. */
  readonly unwritten: readonly UnwrittenDifference[]
}

/** The schema at the end of the chain, from which a draft starts. */
export interface SchemaAtEndOfChain {
  readonly state: SchemaState
  /** The server on which the last release was recorded. The field is absent if the project has no releases. */
  readonly recordedOn?: RecordedServer
}

/**
 * Returns the recorded schema at the end of the chain. Returns undefined if the project has no releases. Throws an error, such as
 * `states.missing` or `states.stale`, if the recorded states are not current.
 */
export async function readSchemaAtEndOfChain(
  { root }: Pick<ProjectConfig, 'root'>,
  chain: ReleaseChain,
): Promise<SchemaAtEndOfChain | undefined> {
  const { releases, problems } = await readReleasesWithStates(root, chain)
  const [problem] = problems
  if (problem) throw problem
  const last = releases.at(-1)
  return last && { state: last.end, recordedOn: last.recorded.server }
}

/**
 * Returns the name of the drafted release. Throws an error if the name is not valid. Throws `file.exists` if the directory of the
 * release exists, and `usage` if the name precedes the last release in natural order.
 */
export function chooseDraftedReleaseName(
  { root, releases }: Pick<ProjectConfig, 'root' | 'releases'>,
  chain: ReleaseChain,
  { release }: DraftReleaseOptions,
): string {
  const last = chain.releases.at(-1)?.name
  const name = release ?? (last === undefined ? '1-draft' : `${last}-draft`)
  const directory = `${releases}/${name}`
  refuseInvalidReleaseName(directory, name)
  if (existsSync(join(root, directory))) throw new InterphaseError('file.exists', { files: [directory] })
  if (last !== undefined && compareTextsNaturally(name, last) < 0)
    throw new InterphaseError('usage', {
      problem: `the release ${name} would precede the last release ${last}`,
      try: `Write a name that follows ${last} in natural order: --release <name>`,
    })
  return name
}

/**
 * Writes a draft of a release that changes the schema at the end of the chain to the wanted schema. Writes no file if the schemas
 * are equal.
 */
export async function writeDraftRelease(
  config: ProjectConfig,
  chain: ReleaseChain,
  head: SchemaAtEndOfChain,
  wanted: WantedSchema,
  options: DraftReleaseOptions,
): Promise<DraftResult> {
  const { dialect } = chain
  const release = chooseDraftedReleaseName(config, chain, options)
  const schemas = computeSchemasBeforeAndAfterDraft(head.state, wanted.state, wanted.leniency ?? leniencyFor(config, dialect, head, wanted))
  const [write, online] = [await loadSchemaChangeSqlWriter(dialect), await loadOnlineWriter(dialect)]
  const notRenamed = new Set(options.notRenamed ?? [])
  const { changes, unwritten } = planDraftedChanges({
    ...schemas,
    dialect,
    write,
    online,
    policies: readPolicies(config.phases),
    notRenamed,
  })
  const isTagged = config.dialects.length > 1
  const texts = filesOf(changes, `${config.releases}/${release}`, isTagged ? `.${dialect}` : '')
  writeFiles(config.root, `${config.releases}/${release}`, texts)
  const questions = texts.flatMap(({ path, file }) =>
    (file.questions ?? []).map((question, index) => ({ file: path, line: index + 1, question })),
  )
  return { release, dialect, files: texts.map(({ path }) => path), questions, unwritten }
}

/** The wanted schema, and the way in which the draft compares it with the schema at the end of the chain. */
export type WantedSchema = SchemaWithServer & {
  /** True if the wanted schema contains no objects of other programs. */
  readonly isWhole: boolean
  /**
   * The settings of an earlier comparison of the two schemas, which state the differences that the draft ignores. If the field is
   * absent, the configuration of the project determines these settings, for example with the setting `ignore`.
   */
  readonly leniency?: SchemaComparisonSettings
}

function leniencyFor(
  config: ProjectConfig,
  dialect: ReleaseChain['dialect'],
  head: SchemaAtEndOfChain,
  wanted: WantedSchema,
): SchemaComparisonSettings {
  return {
    dialect,
    collations: new Set(),
    exempt: new Set(possibleGroupKeysOfIgnoredNames(config.ignore).keys()),
    ...(config.schemas && { schemas: config.schemas }),
    // The schema of a file contains no objects of other programs, so all its objects count as objects of the project.
    ...(wanted.isWhole && { ours: new Set([...objectsOfState(wanted.state)].map(objectIdOf)) }),
    partitions: config.partitions,
    compareTexts: head.recordedOn === undefined || head.recordedOn.major === wanted.server.major,
    compareGeneratedNames: true,
  }
}

interface NamedFile {
  readonly path: string
  readonly file: GeneratedChangeFile
}

// The difference between the numbers of two successive changes. A person can later insert a change with a number between them.
const STEP = 10

/**
 * Returns the migration files of the changes. The numbers of the changes follow the order of the phases, so that the authored
 * order of the release equals its phased order. Each data step then finds the schema for which it was written.
 */
function filesOf(changes: readonly DraftedChange[], directory: string, tag: string): readonly NamedFile[] {
  const base = 10 ** Math.max(2, String(changes.length * STEP).length)
  return PHASES.flatMap((phase, place) => {
    const parts = changes.flatMap(({ slug, files }) => {
      const own = files.filter(({ kind }) => kind.split('.')[0] === phase)
      return own.length === 0 ? [] : [{ slug, files: own }]
    })
    return parts.flatMap(({ slug, files }, index) => {
      const number = base * (place + 1) + (index + 1) * STEP
      return files.map((file) => ({ path: `${directory}/${number}-${slug}.${file.kind}${tag}.sql`, file }))
    })
  })
}

/** Creates the directory of a release, and writes the files into it. Throws `file.unwritable` if a file cannot be created. */
function writeFiles(root: string, directory: string, files: readonly NamedFile[]): void {
  if (files.length === 0) return
  try {
    mkdirSync(join(root, directory), { recursive: true })
    for (const { path, file } of files) writeFileSync(join(root, path), formatGeneratedChangeFile(file), { flag: 'wx' })
  } catch (error) {
    throw new InterphaseError('file.unwritable', { file: directory, problem: errorMessageOf(error) }, { cause: error })
  }
}
