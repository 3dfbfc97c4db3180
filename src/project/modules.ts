import * as z from 'zod'
import type { FunctionContext } from '../dialect/dialect.ts'
import { errorMessageOf, InterphaseError } from '../error.ts'
import { runMigrationCode } from '../migration-code.ts'
import type { PhaseName } from '../phase/phase.ts'
import { type DefinedMigration, FUNCTION_MIGRATION_MARK, isDefinedMigration } from '../release/authoring.ts'
import type { DeclaredDataStep } from '../release/declared.ts'
import { fileNameOfPath } from '../release/file-name.ts'
import { combineFrontMatter } from '../release/front-matter.ts'
import { type FrontMatter, type Migration, NO_FRONT_MATTER, type SqlText } from '../release/migration.ts'
import { parseValueWithZodSchema } from '../shape.ts'
import type { RecordedMigration } from '../state/recording.ts'
import { CommonDefinitionShape, FunctionShape, isDataStepDeclaration, parseDataStepDeclaration } from './declarations.ts'
import { type ExportedMigrationMethods, findExportedMigration, isObjectOrFunction } from './exported.ts'
import { loadProjectModule } from './loader.ts'
import { refuseChangedModule } from './unchanged.ts'

/**
 * The functions, the pending query and the declarations of a function migration. Their form is the same for all styles of files,
 * such as the style of umzug.
 */
export interface LoadedFunctionMigration {
  /** The function that runs the migration. The field is absent for a declared data step. */
  readonly up?: (context: FunctionContext) => Promise<unknown>
  /** The declaration of a data step that runs in batches. */
  readonly declared?: DeclaredDataStep
  readonly down?: (context: FunctionContext) => Promise<unknown>
  /** The pending query, from the definition or from the `.pending.sql` file beside the migration. */
  readonly pending?: SqlText
  /** The declarations in the comments of the file, combined with the declarations in the definition. */
  readonly declarations: FrontMatter
}

/**
 * Imports the file of a function migration, which executes the file's code. The function supports three styles:
 *
 * - `export default expand({ up, down, … })`; the phase must equal the phase in the file name;
 *
 * - umzug: `export const up = async ({ context: queryInterface }) => …`;
 *
 * - sequelize-cli: `module.exports = { up: async (queryInterface, Sequelize) => … }`.
 *
 * A function of umzug and a function `up(queryInterface)` of sequelize-cli both have one parameter, so the engine cannot
 * distinguish them. Both functions therefore get the same arguments: a query interface that also has umzug's properties
 * `context`, `name` and `path`, and Sequelize. A third parameter is an old-style callback, which is an error.
 */
export async function loadFunctionMigration(migration: Migration): Promise<LoadedFunctionMigration> {
  const { body, file } = migration
  if (body.kind !== 'function') throw refusal(file, 'the file is not a module')
  const exported = await runMigrationCode(() => loadProjectModule(body.path))
    .then((module) => findExportedMigration(module, isDefinedMigration))
    .catch((error: unknown) => {
      throw refusal(file, errorMessageOf(error), error)
    })
  refuseChangedModule(migration, body.path)
  if ('problem' in exported) throw refusal(file, exported.problem)
  return 'authored' in exported
    ? fromDefinition(migration, body.path, exported.authored)
    : fromFunctions(migration, body.path, exported.methods)
}

/**
 * Returns the pending query of a data step, and whether the engine may run the data step again without a request. Returns
 * undefined for a data step without a pending query. For a declared data step, the recorded states contain the pending query. For
 * every other function, the engine must load the module, because only its definition contains the query.
 */
export async function loadPendingQueryAndRerunnable(
  migration: Migration,
  recorded?: RecordedMigration,
): Promise<{ readonly query: SqlText; readonly rerunnable: boolean } | undefined> {
  const { derived, checksum } = recorded ?? {}
  if (derived && checksum === migration.checksum) return { query: { file: migration.file, text: derived.pending }, rerunnable: true }
  const { pending, declarations } = migration.body.kind === 'function' ? await loadFunctionMigration(migration) : migration
  return pending && { query: pending, rerunnable: declarations.rerunnable }
}

const DefinitionShape = z.strictObject({
  ...CommonDefinitionShape,
  up: FunctionShape,
  pending: z.string().min(1).exactOptional(),
  transaction: z.literal('off').exactOptional(),
  rerunnable: z.boolean().exactOptional(),
})

function fromDefinition(migration: Migration, path: string, authored: DefinedMigration<unknown>): LoadedFunctionMigration {
  const { file, phase } = migration
  const made: PhaseName = authored[FUNCTION_MIGRATION_MARK]
  if (made !== phase) throw refusal(file, `the file exports ${made}(), but its name says ${phase}`)
  if (isDataStepDeclaration(authored.definition)) return parseDataStepDeclaration(migration, path, authored)
  const { up, down, pending, ...words } = shapedDefinition(authored.definition, file)
  if (pending !== undefined && phase !== 'migrate') throw refusal(file, 'only a data step can have a pending query')
  if (pending !== undefined && migration.pending)
    throw refusal(file, `both the file and ${migration.pending.file} have a pending query; keep one`)
  const query = pending === undefined ? migration.pending : { file, text: pending }
  return {
    up: async (context) => up.call(authored.definition, context),
    ...(down && { down: async (context: FunctionContext) => down.call(authored.definition, context) }),
    ...(query && { pending: query }),
    declarations: combineFrontMatter(migration.declarations, { ...NO_FRONT_MATTER, ...words }),
  }
}

function fromFunctions(migration: Migration, path: string, methods: ExportedMigrationMethods): LoadedFunctionMigration {
  const { up, down } = methods
  for (const step of [up, down]) {
    if (step && step.length > 2) throw refusal(migration.file, 'the function takes a callback; return a promise instead')
  }
  refuseWordsOfDefinition(migration, methods)
  const run = (step: ExportedMigrationMethods['up']) => async (context: FunctionContext) =>
    step.call(methods, makeMigrationFunctionArgument(context, { name: fileNameOfPath(migration.file), path }), context.Sequelize)
  return {
    up: run(up),
    ...(down && { down: run(down) }),
    ...(migration.pending && { pending: migration.pending }),
    declarations: migration.declarations,
  }
}

/**
 * Throws an error for exported functions with a property that has an effect only in a definition, such as a pending query.
 * Without the error, the engine would ignore the property silently.
 */
function refuseWordsOfDefinition({ file, phase }: Migration, methods: ExportedMigrationMethods): void {
  const { up: _up, down: _down, ...words } = DefinitionShape.shape
  const exported: Readonly<Record<string, unknown>> = { ...methods }
  const [word] = Object.entries(words).find(([name, shape]) => name in exported && shape.safeParse(exported[name]).success) ?? []
  if (word !== undefined)
    throw refusal(
      file,
      `the exported property ${word} has an effect only in a definition: export default ${phase}({ ${word}: …, up() {} })`,
    )
}

/**
 * Makes the first argument of `up` and `down` for every style: the query interface with umzug's properties. The property
 * `context` has the members of the query interface and of the Sequelize instance, and also the properties `queryInterface` and
 * `Sequelize`, because projects use each of these forms.
 */
export function makeMigrationFunctionArgument(
  { queryInterface, Sequelize }: Pick<FunctionContext, 'queryInterface' | 'Sequelize'>,
  about: { readonly name: string; readonly path: string },
): unknown {
  if (!isObjectOrFunction(queryInterface)) return { ...about, context: queryInterface }
  const sequelize = queryInterface['sequelize']
  const context = answering(queryInterface, { queryInterface, Sequelize }, isObjectOrFunction(sequelize) ? sequelize : {})
  return answering(queryInterface, { ...about, context }, {})
}

/**
 * Returns an object with the properties of `first`, `object` and `otherwise`. If several of the three objects have a property,
 * the value of the first of them counts.
 */
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
  return parseValueWithZodSchema(DefinitionShape, definition, (problem) => refusal(file, problem))
}

function refusal(file: string, problem: string, cause?: unknown): InterphaseError {
  return new InterphaseError('migration.module', { file, problem }, { cause })
}
