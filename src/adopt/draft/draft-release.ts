import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { UnwrittenDifference } from '../../dialect/schema-writer.ts'
import { loadOnlineWriter, loadSchemaWriter } from '../../dialects/open.ts'
import { errorMessageOf, InterphaseError } from '../../error.ts'
import { PHASES } from '../../phase/phase.ts'
import type { ProjectConfig } from '../../project/config.ts'
import { refuseInvalidReleaseName } from '../../project/listing.ts'
import { readPolicies } from '../../project/policies.ts'
import { readReleasesWithStates } from '../../project/recorded.ts'
import type { ReleaseChain } from '../../release/migration.ts'
import { compareNatural } from '../../release/natural-order.ts'
import type { OpenQuestion } from '../../release/question.ts'
import type { ComparisonLeniency } from '../../schema/mismatch.ts'
import { groupsMatchingIgnore } from '../../schema/neighbour.ts'
import { objectIdOf } from '../../schema/object.ts'
import { objectsOfState, type SchemaState } from '../../schema/state.ts'
import type { RecordedServer } from '../../state/recording.ts'
import { reduceToDifferences } from './compare-schemas.ts'
import { type DraftedChange, type DraftedFile, formatDraftedFile } from './drafted-change.ts'
import { planDraft } from './plan-draft.ts'
import type { ReadSchema } from './wanted-schema.ts'

/** The release that a draft writes, and the choices of the user. */
export interface DraftReleaseOptions {
  /** The name of the release. Default: the name of the last release with `-draft`. */
  readonly release?: string
  /** The removed columns that no added column replaces, as `table.column`. */
  readonly notRenamed?: readonly string[]
}

/** A release that a draft wrote. Without a difference, there are no files. */
export interface DraftResult {
  readonly release: string
  readonly dialect: ReleaseChain['dialect']
  readonly files: readonly string[]
  /** The questions in the files. */
  readonly questions: readonly OpenQuestion[]
  /** The differences that no file makes. */
  readonly unwritten: readonly UnwrittenDifference[]
}

/** The end of the chain: the schema from which a draft starts. */
export interface HeadOfChain {
  readonly state: SchemaState
  /** The server on which the last release was recorded. Absent if the project has no releases. */
  readonly recordedOn?: RecordedServer
}

/** Reads the recorded schema at the end of the chain. Throws `states.missing` or `states.stale`. Undefined without releases. */
export async function readHeadOfChain({ root }: Pick<ProjectConfig, 'root'>, chain: ReleaseChain): Promise<HeadOfChain | undefined> {
  const { releases, problems } = await readReleasesWithStates(root, chain)
  const [problem] = problems
  if (problem) throw problem
  const last = releases.at(-1)
  return last && { state: last.end, recordedOn: last.recorded.server }
}

/** Returns the name of the release to write. Throws `file.exists` and `usage` if the name cannot be used. */
export function nameOfDraft(
  { root, releases }: Pick<ProjectConfig, 'root' | 'releases'>,
  chain: ReleaseChain,
  { release }: DraftReleaseOptions,
): string {
  const last = chain.releases.at(-1)?.name
  const name = release ?? (last === undefined ? '1-draft' : `${last}-draft`)
  const directory = `${releases}/${name}`
  refuseInvalidReleaseName(directory, name)
  if (existsSync(join(root, directory))) throw new InterphaseError('file.exists', { files: [directory] })
  if (last !== undefined && compareNatural(name, last) < 0)
    throw new InterphaseError('usage', {
      problem: `the release ${name} would stand before the last release ${last}`,
      try: 'Give the draft a name that follows in natural order.',
    })
  return name
}

/**
 * Writes a release that leads from the end of the chain to the wanted schema, for a person to finish. Writes nothing without a
 * difference.
 */
export async function writeDraftRelease(
  config: ProjectConfig,
  chain: ReleaseChain,
  head: HeadOfChain,
  wanted: WantedSchema,
  options: DraftReleaseOptions,
): Promise<DraftResult> {
  const { dialect } = chain
  const release = nameOfDraft(config, chain, options)
  const schemas = reduceToDifferences(head.state, wanted.state, wanted.leniency ?? leniencyFor(config, dialect, head, wanted))
  const [write, online] = [await loadSchemaWriter(dialect), await loadOnlineWriter(dialect)]
  const notRenamed = new Set(options.notRenamed ?? [])
  const { changes, unwritten } = planDraft({ ...schemas, dialect, write, online, policies: readPolicies(config.phases), notRenamed })
  const isTagged = config.dialects.length > 1
  const texts = filesOf(changes, `${config.releases}/${release}`, isTagged ? `.${dialect}` : '')
  writeFiles(config.root, `${config.releases}/${release}`, texts)
  const questions = texts.flatMap(({ path, file }) =>
    (file.questions ?? []).map((question, index) => ({ file: path, line: index + 1, question })),
  )
  return { release, dialect, files: texts.map(({ path }) => path), questions, unwritten }
}

/** The wanted schema, and how it is compared with the end of the chain. */
export type WantedSchema = ReadSchema & {
  /** True if the schema contains no objects of other programs. */
  readonly isWhole: boolean
  /** The leniency of a comparison that was made already. By default, everything that the project does not ignore counts. */
  readonly leniency?: ComparisonLeniency
}

function leniencyFor(config: ProjectConfig, dialect: ReleaseChain['dialect'], head: HeadOfChain, wanted: WantedSchema): ComparisonLeniency {
  return {
    dialect,
    collations: new Set(),
    exempt: new Set(groupsMatchingIgnore(config.ignore).keys()),
    ...(config.schemas && { schemas: config.schemas }),
    // A file with the wanted schema contains no objects of other programs, so nothing is ignored.
    ...(wanted.isWhole && { ours: new Set([...objectsOfState(wanted.state)].map(objectIdOf)) }),
    partitions: config.partitions,
    compareTexts: head.recordedOn === undefined || head.recordedOn.major === wanted.server.major,
    compareGeneratedNames: true,
  }
}

interface NamedFile {
  readonly path: string
  readonly file: DraftedFile
}

// The numbers have gaps, so that a person can add a change between two others.
const STEP = 10

/**
 * Numbers the files by their phases, so that the authored order of the release is its phased order. Each data step then finds the
 * schema that it was written for.
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

/** Writes all of these files into a new directory. */
function writeFiles(root: string, directory: string, files: readonly NamedFile[]): void {
  if (files.length === 0) return
  try {
    mkdirSync(join(root, directory), { recursive: true })
    for (const { path, file } of files) writeFileSync(join(root, path), formatDraftedFile(file), { flag: 'wx' })
  } catch (error) {
    throw new InterphaseError('file.unwritable', { file: directory, problem: errorMessageOf(error) }, { cause: error })
  }
}
