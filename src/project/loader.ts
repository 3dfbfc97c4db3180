import { defineContract, defineDataStep, defineExpand } from '../release/authoring.ts'
import { sqlTag } from '../release/fragment.ts'
import { defineConfig } from './define-config.ts'

/**
 * The module that files of the project import as `interphase`. The module belongs to the running copy of the package, even if the
 * project has its own copy. The module contains only the functions that configurations and migrations need.
 */
const INTERPHASE = { defineConfig, expand: defineExpand, migrate: defineDataStep, contract: defineContract, sql: sqlTag }

/**
 * Imports a TypeScript or JavaScript file of the project. Each call evaluates TypeScript again, whereas Node caches JavaScript.
 */
export async function loadProjectModule(path: string): Promise<unknown> {
  const { createJiti } = await import('jiti')
  // The caches of the loader on disk and in memory are off, so that the loader notices a changed file.
  const jiti = createJiti(path, { fsCache: false, moduleCache: false, interopDefault: false, virtualModules: { interphase: INTERPHASE } })
  return jiti.import(path)
}
