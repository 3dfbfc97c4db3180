import { defineContract, defineDataStep, defineExpand } from '../release/authoring.ts'
import { sqlTag } from '../release/fragment.ts'
import { defineConfig } from './define-config.ts'

/**
 * The module that files of the project import as `interphase`. It is this copy of the package, even if the project has none installed,
 * and contains only the parts that such files need.
 */
const INTERPHASE = { defineConfig, expand: defineExpand, migrate: defineDataStep, contract: defineContract, sql: sqlTag }

/** Loads a TypeScript or JavaScript file of the project. TypeScript is loaded fresh every time; Node caches JavaScript. */
export async function loadProjectModule(path: string): Promise<unknown> {
  const { createJiti } = await import('jiti')
  // The loader's caches on disk and in memory are switched off, so that a changed file is not missed.
  const jiti = createJiti(path, { fsCache: false, moduleCache: false, interopDefault: false, virtualModules: { interphase: INTERPHASE } })
  return jiti.import(path)
}
