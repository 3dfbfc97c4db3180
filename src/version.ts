import { createRequire } from 'node:module'
import { dirname } from 'node:path'

// The package finds itself by its own name: its built modules lie at another depth than their sources.
const require = createRequire(import.meta.url)
const manifest = require.resolve('interphase/package.json')

/** The directory of this package, with its shipped policies and its docs. */
export const PACKAGE_ROOT: string = dirname(manifest)

/** The version of this package, as its package.json says. */
export const VERSION: string = readVersion(require(manifest))

function readVersion(found: unknown): string {
  return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : 'unknown'
}
