import { contract, expand, migrate } from '../release/authoring.ts'
import { defineConfig } from './define-config.ts'

/**
 * What a project's files get when they import `interphase`: this copy, whether or not the project has one installed, and
 * without the rest of the package, which a configuration does not need.
 */
const INTERPHASE = { defineConfig, expand, migrate, contract }

/** Loads a TypeScript or JavaScript file of the project: TypeScript fresh every time, the rest as Node keeps it. */
export async function loadFile(path: string): Promise<unknown> {
  const { createJiti } = await import('jiti')
  // Nothing is kept, on disk or in memory, where that can be helped.
  const jiti = createJiti(path, { fsCache: false, moduleCache: false, interopDefault: false, virtualModules: { interphase: INTERPHASE } })
  return jiti.import(path)
}
