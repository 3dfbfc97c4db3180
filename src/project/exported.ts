/** The functions of a migration, and whatever else is exported with them: they may call it by `this`. */
export interface Methods {
  readonly up: MigrationFunction
  readonly down?: MigrationFunction | null
}

type MigrationFunction = (queryInterface: unknown, Sequelize: unknown) => unknown

export type Exported<Authored> = { readonly authored: Authored } | { readonly methods: Methods } | { readonly problem: string }

// `exports.default` of compiled TypeScript, in the `default` that Node gives a CommonJS module, and one to spare.
const DEPTH = 4

/**
 * The migration that a module exports. Node looks for the names that a CommonJS module exports by its text, and finds some of
 * them; the module itself is its `default`, and comes first. Where nothing that is exported is a migration, a class is made
 * one of, and a function without parameters is called: it may give the migration.
 */
export async function migrationIn<Authored>(
  module: unknown,
  isAuthored: (value: unknown) => value is Authored,
): Promise<Exported<Authored>> {
  const levels = levelsOf(module)
  for (const level of levels) {
    const found = asMigration(level, isAuthored)
    if (found) return found
  }
  for (const level of levels) {
    if (typeof level !== 'function') continue
    const made = await give(level)
    if ('problem' in made) return made
    return asMigration(made.value, isAuthored) ?? { problem: 'it exports a function, and what that gives is no migration' }
  }
  return { problem: 'it exports no migration' }
}

/** The innermost `default` first. */
function levelsOf(module: unknown): readonly unknown[] {
  const levels = [module]
  for (let inner = module; levels.length < DEPTH && isRecord(inner) && 'default' in inner; ) {
    inner = inner['default']
    levels.unshift(inner)
  }
  return levels
}

function asMigration<Authored>(value: unknown, isAuthored: (value: unknown) => value is Authored): Exported<Authored> | undefined {
  if (isAuthored(value)) return { authored: value }
  return isMethods(value) ? { methods: value } : undefined
}

function isMethods(value: unknown): value is Methods {
  if (!isRecord(value) || typeof value['up'] !== 'function') return false
  return value['down'] === undefined || value['down'] === null || typeof value['down'] === 'function'
}

// biome-ignore lint/complexity/noBannedTypes: whatever a module exports
async function give(exported: Function): Promise<{ readonly value: unknown } | { readonly problem: string }> {
  const prototype: unknown = exported.prototype
  if (isMethods(prototype)) return { value: Reflect.construct(exported, []) }
  if (exported.length > 0)
    return { problem: 'it exports a function with parameters; export up and down, or a function without any that gives them' }
  return { value: await Reflect.apply(exported, undefined, []) }
}

/** Functions may carry functions, as a class with static ones does. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
