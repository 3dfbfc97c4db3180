import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type * as z from 'zod'
import type { StatementPrice, StatementPriceOfStep } from '../effect/price.ts'
import type { RowWriteOfStep } from '../effect/row-write.ts'
import { errorMessageOf, InterphaseError } from '../error.ts'
import { RECORDED_STATES_FORMAT_VERSION } from '../formats.ts'
import { PHASES } from '../phase/phase.ts'
import type { Release } from '../release/migration.ts'
import type { Difference } from '../schema/difference.ts'
import type { DialectName, SchemaObject } from '../schema/object.ts'
import { makeSchemaState, objectsOfState, type SchemaState } from '../schema/state.ts'
import { describeShapeIssue } from '../shape.ts'
import type { RowsOfChain } from '../state/chain-rows.ts'
import type { MigrationStepDifferences, RecordedMigration, RecordedRelease } from '../state/recording.ts'
import { makeFileWithDigest, parseFileWithDigest } from './file-with-digest.ts'
import type * as StateFiles from './state-files.ts'

const RELEASE_FILE = '_release.json'

/** The type of the module with the shapes of recorded states. Only commands that read recorded states load the module itself. */
type Shapes = typeof StateFiles

/** The recorded states of a release on disk, and the whole schema if the files contain it. */
export interface RecordedStatesOnDisk {
  readonly recorded: RecordedRelease
  /**
   * The schema before the first release. Only the files of the first release contain this schema, and only if it is not empty.
   */
  readonly base?: SchemaState
  /** The whole schema at the end of the release. Only the files of the newest release contain it. */
  readonly state?: SchemaState
  /**
   * The rows that the whole chain creates in an empty database. Only the files of the newest release contain them, and only if
   * the chain creates rows.
   */
  readonly rows?: RowsOfChain
}

/**
 * Reads the recorded states of a release. Returns undefined if the release has no recorded states. Throws `states.stale` for
 * files of an older format, and `states.invalid` for a file that was edited or comes from another recording.
 */
export async function readRecordedStates(root: string, release: Release, dialect: DialectName): Promise<RecordedStatesOnDisk | undefined> {
  const directory = join(root, release.directory, 'states', dialect)
  const names = await namesIn(directory)
  if (!names.includes(RELEASE_FILE)) return undefined
  const from: Origin = { root, directory: join(release.directory, 'states', dialect), release: release.name, dialect }
  const { ReleaseStatesFileShape, ChangeStatesFileShape } = await import('./state-files.ts')
  const { content: head } = await parse(from, RELEASE_FILE, ReleaseStatesFileShape)
  const files = names.filter((name) => name.endsWith('.json') && name !== RELEASE_FILE).sort()
  const changes = await Promise.all(files.map(async (name) => ({ name, ...(await parse(from, name, ChangeStatesFileShape)) })))
  refuseOthers(from, head.files, changes)
  const migrations = changes.flatMap(({ content }) => migrationsOf(content))
  return {
    recorded: {
      release: release.name,
      dialect,
      server: head.server,
      inputs: head.inputs,
      start: head.start,
      end: head.end,
      orders: head.orders,
      reported: head.reported,
      migrations: new Map(migrations.map((migration) => [migration.id, migration])),
    },
    ...(head.base ? { base: makeSchemaState(head.base) } : {}),
    ...(head.state ? { state: makeSchemaState(head.state) } : {}),
    ...(head.rows ? { rows: head.rows } : {}),
  }
}

/**
 * Replaces the recorded states of a release on disk. The content of the files is sorted and indented, so that a person can review
 * the changes.
 */
export async function writeRecordedStates(root: string, release: Release, states: RecordedStatesOnDisk): Promise<void> {
  const { recorded, base, state, rows } = states
  const directory = join(root, release.directory, 'states', recorded.dialect)
  await mkdir(directory, { recursive: true })
  const { migrations, ...head } = recorded
  const whole = {
    ...(base && base.groups.size > 0 ? { base: [...objectsOfState(base)] } : {}),
    ...(state ? { state: inOrder(state) } : {}),
    ...(rows ? { rows } : {}),
  }
  const changes = release.changes.map(
    (change) => [`${change.number}-${change.slug}.json`, makeFileWithDigest(changeOf(release, change.id, migrations))] as const,
  )
  const digests = Object.fromEntries(changes.map(([name, file]) => [name, file.digest]))
  const files = new Map<string, string>(changes.map(([name, { text }]) => [name, text]))
  files.set(RELEASE_FILE, makeFileWithDigest({ format: RECORDED_STATES_FORMAT_VERSION, ...head, files: digests, ...whole }).text)
  for (const name of await readdir(directory)) if (name.endsWith('.json') && !files.has(name)) await rm(join(directory, name))
  for (const [name, text] of files) await writeFile(join(directory, name), text)
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw new InterphaseError('states.invalid', { file: directory, problem: errorMessageOf(error) }, { cause: error })
  }
}

function changeOf(
  release: Release,
  change: string,
  migrations: ReadonlyMap<string, RecordedMigration>,
): z.input<Shapes['ChangeStatesFileShape']> {
  const entries = PHASES.flatMap((phase) => {
    const recorded = migrations.get(`${change}.${phase}`)
    if (!recorded) return []
    const { id: _id, change: _change, authored, phased, prices, writes: _writes, undo, ...facts } = recorded
    const same = JSON.stringify(authored) === JSON.stringify(phased)
    const more = {
      ...(same ? {} : { phased: phased.map(stored) }),
      ...(undo && { undo: { ...undo, footprint: [...undo.footprint], ...storedWrites(undo), steps: undo.steps.map(stored) } }),
    }
    return [[phase, { ...facts, ...storedWrites(recorded), prices: prices.map(storedPrice), authored: authored.map(stored), ...more }]]
  })
  return {
    format: RECORDED_STATES_FORMAT_VERSION,
    change: `${release.name}/${change.slice(change.indexOf('/') + 1)}`,
    migrations: Object.fromEntries(entries),
  }
}

function migrationsOf(file: z.output<Shapes['ChangeStatesFileShape']>): readonly RecordedMigration[] {
  return PHASES.flatMap((phase) => {
    const found = file.migrations[phase]
    if (!found) return []
    const authored = found.authored.map(restored)
    const phased = found.phased ? found.phased.map(restored) : authored
    const { undo, ...facts } = found
    const more = undo ? { undo: { ...undo, writes: restoredWrites(undo.writes), steps: undo.steps.map(restored) } } : {}
    return [
      {
        ...facts,
        ...more,
        writes: restoredWrites(found.writes),
        prices: restoredPrices(found.prices, phased),
        id: `${file.change}.${phase}`,
        change: file.change,
        authored,
        phased,
      },
    ]
  })
}

/**
 * Returns the price of a statement (the blocked sessions and the duration) for the file, without the index of the statement. The
 * file needs no index, because its prices are in the order of the statements.
 */
function storedPrice({ blocks, works, tables }: StatementPrice) {
  return { blocks, works, tables: [...tables] }
}

/**
 * Returns each stored price (the blocked sessions and the duration) with the index of its statement. The prices are in the order
 * of the statements. If the migration has only one statement, all prices belong to this statement.
 */
function restoredPrices(
  stored: readonly StatementPrice[],
  { length }: readonly MigrationStepDifferences[],
): readonly StatementPriceOfStep[] {
  return stored.map((price, index) => ({ ...price, step: length > 1 ? index : 0 }))
}

/**
 * Returns an object with the field `writes` for the file. The object is empty for a migration without recorded writes, so that
 * the file has no such field.
 */
function storedWrites({ writes }: { readonly writes: readonly RowWriteOfStep[] }) {
  return writes.length === 0
    ? {}
    : { writes: writes.map(({ columns, ...write }) => ({ ...write, ...(columns && { columns: [...columns] }) })) }
}

function restoredWrites(stored: z.output<Shapes['StoredRowWritesShape']> = []): readonly RowWriteOfStep[] {
  return stored.map(({ step, table, columns, rewrites }) => ({ step, table, ...(columns && { columns }), ...(rewrites && { rewrites }) }))
}

type Stored = z.output<Shapes['StoredDifferenceShape']>

function stored(step: MigrationStepDifferences): Stored[] {
  return step.map((one): Stored => {
    if (one.kind === 'added') return { added: one.object }
    if (one.kind === 'removed') return { removed: one.object }
    return one.kind === 'renamed' ? { renamed: one.before, to: one.after } : { altered: one.before, to: one.after }
  })
}

function restored(step: readonly Stored[]): MigrationStepDifferences {
  return step.map((one): Difference => {
    if ('added' in one) return { kind: 'added', object: one.added }
    if ('removed' in one) return { kind: 'removed', object: one.removed }
    return 'renamed' in one
      ? { kind: 'renamed', before: one.renamed, after: one.to }
      : { kind: 'altered', before: one.altered, after: one.to }
  })
}

/** The directory and the files of one recording. Messages contain paths relative to the project's root. */
interface Origin {
  readonly root: string
  readonly directory: string
  readonly release: string
  readonly dialect: DialectName
}

interface Parsed<T> {
  readonly content: T
  readonly digest: string
}

async function parse<T>(from: Origin, name: string, schema: z.ZodType<T>): Promise<Parsed<T>> {
  const file = `${from.directory}/${name}`
  const text = await readFile(join(from.root, from.directory, name), 'utf8')
  try {
    const { content, digest, intact } = parseFileWithDigest(text)
    refuseFormat(from, file, content)
    const { data, error } = schema.safeParse(content)
    if (error) throw new InterphaseError('states.invalid', { file, problem: error.issues.map(describeShapeIssue).join('; ') })
    if (!intact) throw new InterphaseError('states.invalid', { file, problem: EDITED })
    return { content: data, digest }
  } catch (error) {
    if (error instanceof InterphaseError) throw error
    throw new InterphaseError('states.invalid', { file, problem: errorMessageOf(error) }, { cause: error })
  }
}

const EDITED = 'the file was edited or merged by hand after it was recorded'

function refuseFormat({ release, dialect }: Origin, file: string, content: unknown): void {
  const format: unknown = typeof content === 'object' && content !== null && 'format' in content ? content.format : undefined
  if (typeof format !== 'number' || format === RECORDED_STATES_FORMAT_VERSION) return
  if (format > RECORDED_STATES_FORMAT_VERSION)
    throw new InterphaseError('states.invalid', { file, problem: `a newer version of interphase wrote it (format ${format})` })
  throw new InterphaseError('states.stale', { release, dialect, reasons: [`an earlier version of interphase wrote ${file}`] })
}

/**
 * Throws `states.invalid` for a file that comes from another recording. A file can come from another recording although no person
 * edited it, for example after a merge.
 */
function refuseOthers(
  { directory }: Origin,
  recorded: Readonly<Record<string, string>>,
  found: readonly { readonly name: string; readonly digest: string }[],
): void {
  for (const { name, digest } of found) {
    if (recorded[name] === digest) continue
    throw new InterphaseError('states.invalid', {
      file: `${directory}/${name}`,
      problem: `the file comes from another recording than ${RELEASE_FILE}`,
    })
  }
  const missing = Object.keys(recorded).find((name) => !found.some((file) => file.name === name))
  if (missing === undefined) return
  throw new InterphaseError('states.invalid', { file: `${directory}/${missing}`, problem: 'the file is missing' })
}

function inOrder(state: SchemaState): readonly SchemaObject[] {
  const keys = [...state.groups.keys()].sort()
  return keys.flatMap((key) => [...(state.groups.get(key)?.values() ?? [])])
}
