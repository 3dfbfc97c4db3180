/**
 * The functions `up` and `down` of a migration, in an object with the other exports of the module. The functions can call the
 * other exports through `this`.
 */
export interface ExportedMigrationMethods {
  readonly up: MigrationFunction
  readonly down?: MigrationFunction | null
}

type MigrationFunction = (queryInterface: unknown, Sequelize: unknown) => unknown

export type ExportedMigration<Authored> =
  | { readonly authored: Authored }
  | { readonly methods: ExportedMigrationMethods }
  | { readonly problem: string }

// The largest number of nested `default` exports that the search follows. Compiled TypeScript has an `exports.default` inside the
// `default` that Node adds to a CommonJS module.
const DEPTH = 4

/**
 * Returns the migration that a module exports. The function tries the nested `default` exports before the module itself, the
 * innermost first, because Node finds only some named exports of a CommonJS module. If none of them is a migration, the function
 * calls the first exported function, or instantiates it if it is a class, because the result can be the migration. Returns a
 * problem if the module exports no migration.
 */
export async function findExportedMigration<Authored>(
  module: unknown,
  isAuthored: (value: unknown) => value is Authored,
): Promise<ExportedMigration<Authored>> {
  const levels = levelsOf(module)
  for (const level of levels) {
    const found = asMigration(level, isAuthored)
    if (found) return found
  }
  for (const level of levels) {
    if (typeof level !== 'function') continue
    const made = await give(level)
    if ('problem' in made) return made
    return asMigration(made.value, isAuthored) ?? { problem: 'the exported function does not return a migration' }
  }
  return { problem: 'the file exports no migration' }
}

/** Returns the nested `default` exports of a module, the innermost export first. */
function levelsOf(module: unknown): readonly unknown[] {
  const levels = [module]
  for (let inner = module; levels.length < DEPTH && isObjectOrFunction(inner) && 'default' in inner; ) {
    inner = inner['default']
    levels.unshift(inner)
  }
  return levels
}

function asMigration<Authored>(value: unknown, isAuthored: (value: unknown) => value is Authored): ExportedMigration<Authored> | undefined {
  if (isAuthored(value)) return { authored: value }
  return isMethods(value) ? { methods: value } : undefined
}

function isMethods(value: unknown): value is ExportedMigrationMethods {
  if (!isObjectOrFunction(value) || typeof value['up'] !== 'function') return false
  return value['down'] === undefined || value['down'] === null || typeof value['down'] === 'function'
}

// biome-ignore lint/complexity/noBannedTypes: a module may export any function
async function give(exported: Function): Promise<{ readonly value: unknown } | { readonly problem: string }> {
  const prototype: unknown = exported.prototype
  if (isMethods(prototype)) return { value: Reflect.construct(exported, []) }
  if (exported.length > 0)
    return { problem: 'the exported function has parameters; export up and down, or a function without parameters that returns them' }
  return { value: await Reflect.apply(exported, undefined, []) }
}

/**
 * Returns true if a value is an object or a function. A function can also have properties, such as the static methods of a class.
 */
export function isObjectOrFunction(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
