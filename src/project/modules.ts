import * as z from 'zod'
import type { FunctionContext } from '../dialect/dialect.ts'
import { EFFECTS } from '../effect/effect.ts'
import { InterphaseError, messageOf } from '../error.ts'
import type { PhaseName } from '../phase/phase.ts'
import { type Authored, isAuthored, MIGRATION } from '../release/authoring.ts'
import { baseName } from '../release/file-name.ts'
import { joinFrontMatter, OTHER_RULES } from '../release/front-matter.ts'
import { type FrontMatter, type Migration, SILENT, type SqlText } from '../release/migration.ts'
import { shaped } from '../shape.ts'
import { isRecord, type Methods, migrationIn } from './exported.ts'
import { loadFile } from './loader.ts'
import { refuseChanged } from './unchanged.ts'

/** A function migration, whichever way it is written. */
export interface FunctionMigration {
  readonly up: (context: FunctionContext) => Promise<unknown>
  readonly down?: (context: FunctionContext) => Promise<unknown>
  /** From its definition or from the `.pending.sql` beside it. */
  readonly pending?: SqlText
  /** What its comments and its definition say together. */
  readonly says: FrontMatter
}

/**
 * Loads the file of a function migration, which runs its code. Three forms are known:
 *
 * - `export default expand({ up, down, … })`, of the phase that the file's name says;
 * - umzug's `export const up = async ({ context: queryInterface }) => …`;
 * - sequelize-cli's `module.exports = { up: async (queryInterface, Sequelize) => … }`.
 *
 * The last two cannot be told apart by looking (`up(queryInterface)` has one parameter, as umzug's has), and need not be:
 * the first argument is the query interface, and answers to `context`, `name` and `path` as umzug's does; the second is
 * Sequelize. A third parameter is a callback of old, which nobody would call, and an error.
 */
export async function loadFunction(migration: Migration): Promise<FunctionMigration> {
  const { body, file } = migration
  if (body.kind !== 'function') throw refusal(file, 'it is no module')
  const exported = await loadFile(body.path)
    .then((module) => migrationIn(module, isAuthored))
    .catch((error: unknown) => {
      throw refusal(file, messageOf(error), error)
    })
  refuseChanged(migration, body.path)
  if ('problem' in exported) throw refusal(file, exported.problem)
  return 'authored' in exported ? fromDefinition(migration, exported.authored) : fromFunctions(migration, body.path, exported.methods)
}

/** The pending query of a migration, and whether it may run again by itself: a function is loaded, because only its definition tells. */
export async function pendingOf(migration: Migration): Promise<{ readonly query: SqlText; readonly rerunnable: boolean } | undefined> {
  const { pending, says } = migration.body.kind === 'function' ? await loadFunction(migration) : migration
  return pending && { query: pending, rerunnable: says.rerunnable }
}

const functionShape = z.custom<(this: unknown, context: unknown) => unknown>((value) => typeof value === 'function', 'a function is wanted')
const because = z.string().min(1)
const DefinitionShape = z.strictObject({
  up: functionShape,
  down: functionShape.exactOptional(),
  pending: z.string().min(1).exactOptional(),
  transaction: z.literal('off').exactOptional(),
  rerunnable: z.boolean().exactOptional(),
  irreversible: because.exactOptional(),
  effects: z.array(z.strictObject({ effect: z.enum(EFFECTS), because })).exactOptional(),
  despite: z.array(z.strictObject({ effect: z.enum([...EFFECTS, ...OTHER_RULES]), because })).exactOptional(),
})

function fromDefinition(migration: Migration, authored: Authored<unknown>): FunctionMigration {
  const { file, phase } = migration
  const made: PhaseName = authored[MIGRATION]
  if (made !== phase) throw refusal(file, `it exports ${made}(), and its name says ${phase}`)
  const { up, down, pending, ...words } = shapedDefinition(authored.definition, file)
  if (pending !== undefined && phase !== 'migrate') throw refusal(file, 'only a data step has a pending query')
  if (pending !== undefined && migration.pending) throw refusal(file, `it has a pending query, and so has ${migration.pending.file}`)
  const query = pending === undefined ? migration.pending : { file, text: pending }
  return {
    up: async (context) => up.call(authored.definition, context),
    ...(down && { down: async (context: FunctionContext) => down.call(authored.definition, context) }),
    ...(query && { pending: query }),
    says: joinFrontMatter(migration.says, { ...SILENT, ...words }),
  }
}

function fromFunctions(migration: Migration, path: string, methods: Methods): FunctionMigration {
  const { up, down } = methods
  for (const step of [up, down]) {
    if (step && step.length > 2) throw refusal(migration.file, 'it takes a callback; return a promise')
  }
  const run = (step: Methods['up']) => async (context: FunctionContext) =>
    step.call(methods, argumentOf(context, { name: baseName(migration.file), path }), context.Sequelize)
  return {
    up: run(up),
    ...(down && { down: run(down) }),
    ...(migration.pending && { pending: migration.pending }),
    says: migration.says,
  }
}

/**
 * The one argument of all: the query interface, which also answers as the object that umzug gives, and whose `context` also
 * answers as what projects make of it: Sequelize's instance, or an object that holds both.
 */
function argumentOf({ queryInterface, Sequelize }: FunctionContext, about: { readonly name: string; readonly path: string }): unknown {
  if (!isRecord(queryInterface)) return { ...about, context: queryInterface }
  const sequelize = queryInterface['sequelize']
  const context = answering(queryInterface, { queryInterface, Sequelize }, isRecord(sequelize) ? sequelize : {})
  return answering(queryInterface, { ...about, context }, {})
}

/** An object that answers these names first, and those that it does not have itself as another one would. */
function answering(object: object, first: Readonly<Record<string, unknown>>, otherwise: object): unknown {
  return new Proxy(object, {
    get(target, key) {
      if (typeof key === 'string' && Object.hasOwn(first, key)) return first[key]
      const owner = key in target ? target : otherwise
      const value: unknown = Reflect.get(owner, key, owner)
      return typeof value === 'function' ? value.bind(owner) : value
    },
  })
}

function shapedDefinition(definition: unknown, file: string): z.output<typeof DefinitionShape> {
  return shaped(DefinitionShape, definition, (problem) => refusal(file, problem))
}

function refusal(file: string, problem: string, cause?: unknown): InterphaseError {
  return new InterphaseError('migration.module', { file, problem }, { cause })
}
