import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { BLOCKED, WORKS } from '../effect/price.ts'
import { InterphaseError, messageOf } from '../error.ts'
import { PHASES } from '../phase/phase.ts'
import type { Release } from '../release/migration.ts'
import type { Difference } from '../schema/difference.ts'
import { DIALECTS, type DialectName, type SchemaObject } from '../schema/object.ts'
import { objectsOf, type State, stateOf } from '../schema/state.ts'
import type { RecordedMigration, RecordedRelease, Step } from '../state/recording.ts'

/** Version of the files under `states/`. */
const FORMAT = 1
const RELEASE_FILE = '_release.json'

/** The recorded states of a release as they are on disk, with the whole schema where the files carry it. */
export interface StatesOnDisk {
  readonly recorded: RecordedRelease
  /** The state before the first release, in the first; empty elsewhere. */
  readonly base?: State
  /** The whole state at the end, in the newest release. */
  readonly state?: State
}

/** Reads what was recorded of a release, or undefined where nothing was. Throws `states.invalid`. */
export async function readStates(root: string, release: Release, dialect: DialectName): Promise<StatesOnDisk | undefined> {
  const directory = join(root, release.directory, 'states', dialect)
  const names = await namesIn(directory)
  if (!names.includes(RELEASE_FILE)) return undefined
  const head = await parse(join(directory, RELEASE_FILE), releaseFile)
  const files = names.filter((name) => name.endsWith('.json') && name !== RELEASE_FILE).sort()
  const changes = await Promise.all(files.map((name) => parse(join(directory, name), changeFile)))
  const migrations = changes.flatMap((change) => migrationsOf(change))
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
    ...(head.base ? { base: stateOf(head.base) } : {}),
    ...(head.state ? { state: stateOf(head.state) } : {}),
  }
}

/** Writes what was recorded, in place of what was there. Files are sorted and indented for review. */
export async function writeStates(root: string, release: Release, states: StatesOnDisk): Promise<void> {
  const { recorded, base, state } = states
  const directory = join(root, release.directory, 'states', recorded.dialect)
  await mkdir(directory, { recursive: true })
  const { migrations, ...head } = recorded
  const whole = { ...(base && base.groups.size > 0 ? { base: [...objectsOf(base)] } : {}), ...(state ? { state: inOrder(state) } : {}) }
  const files = new Map([[RELEASE_FILE, pretty({ format: FORMAT, ...head, ...whole })]])
  for (const change of release.changes) files.set(`${change.number}-${change.slug}.json`, pretty(changeOf(release, change.id, migrations)))
  for (const name of await readdir(directory)) if (name.endsWith('.json') && !files.has(name)) await rm(join(directory, name))
  for (const [name, text] of files) await writeFile(join(directory, name), text)
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw new InterphaseError('states.invalid', { file: directory, problem: messageOf(error) }, { cause: error })
  }
}

function changeOf(release: Release, change: string, migrations: ReadonlyMap<string, RecordedMigration>): z.input<typeof changeFile> {
  const entries = PHASES.flatMap((phase) => {
    const recorded = migrations.get(`${change}.${phase}`)
    if (!recorded) return []
    const { id: _id, change: _change, authored, phased, prices, ...facts } = recorded
    const same = JSON.stringify(authored) === JSON.stringify(phased)
    return [[phase, { ...facts, prices: [...prices], authored: authored.map(stored), ...(same ? {} : { phased: phased.map(stored) }) }]]
  })
  return { format: FORMAT, change: `${release.name}/${change.slice(change.indexOf('/') + 1)}`, migrations: Object.fromEntries(entries) }
}

function migrationsOf(file: z.output<typeof changeFile>): readonly RecordedMigration[] {
  return PHASES.flatMap((phase) => {
    const found = file.migrations[phase]
    if (!found) return []
    const authored = found.authored.map(restored)
    const phased = found.phased ? found.phased.map(restored) : authored
    return [{ ...found, id: `${file.change}.${phase}`, change: file.change, authored, phased }]
  })
}

type Stored = z.output<typeof storedDifference>

function stored(step: Step): Stored[] {
  return step.map((one): Stored => {
    if (one.kind === 'added') return { added: one.object }
    if (one.kind === 'removed') return { removed: one.object }
    return one.kind === 'renamed' ? { renamed: one.before, to: one.after } : { altered: one.before, to: one.after }
  })
}

function restored(step: readonly Stored[]): Step {
  return step.map((one): Difference => {
    if ('added' in one) return { kind: 'added', object: one.added }
    if ('removed' in one) return { kind: 'removed', object: one.removed }
    return 'renamed' in one
      ? { kind: 'renamed', before: one.renamed, after: one.to }
      : { kind: 'altered', before: one.altered, after: one.to }
  })
}

// The files are generated: what is checked is their frame, and that every object is one.
const object = z.custom<SchemaObject>((found) => typeof found === 'object' && found !== null && 'kind' in found && 'name' in found)
const storedDifference = z.union([
  z.strictObject({ added: object }),
  z.strictObject({ removed: object }),
  z.strictObject({ renamed: object, to: object }),
  z.strictObject({ altered: object, to: object }),
])
const steps = z.array(z.array(storedDifference))
const price = z.strictObject({ blocks: z.enum(BLOCKED), works: z.enum(WORKS), tables: z.array(z.string()) })
const migrationEntry = z.strictObject({
  checksum: z.string(),
  path: z.enum(['together', 'stepwise']),
  footprint: z.array(z.string()),
  wrote: z.boolean(),
  affected: z.number(),
  prices: z.array(price),
  authored: steps,
  phased: steps.optional(),
})
const changeFile = z.strictObject({
  format: z.literal(FORMAT),
  change: z.string(),
  migrations: z.strictObject({
    expand: migrationEntry.optional(),
    migrate: migrationEntry.optional(),
    contract: migrationEntry.optional(),
  }),
})
const releaseFile = z.strictObject({
  format: z.literal(FORMAT),
  release: z.string(),
  dialect: z.enum(DIALECTS),
  server: z.strictObject({ version: z.string(), major: z.number() }),
  inputs: z.string(),
  start: z.string(),
  end: z.string(),
  orders: z.union([z.literal(1), z.literal(2)]),
  reported: z.array(z.string()),
  base: z.array(object).optional(),
  state: z.array(object).optional(),
})

async function parse<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readFile(file, 'utf8')
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error)
    throw new InterphaseError('states.invalid', { file, problem }, { cause: error })
  }
}

function inOrder(state: State): readonly SchemaObject[] {
  const keys = [...state.groups.keys()].sort()
  return keys.flatMap((key) => [...(state.groups.get(key)?.values() ?? [])])
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
