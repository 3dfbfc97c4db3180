import { createRequire } from 'node:module'
import { dirname } from 'node:path'

// The code finds the package by its name, because built modules and sources are at different depths of the directory tree.
const require = createRequire(import.meta.url)
const manifest = require.resolve('interphase/package.json')

/** The directory of the npm package interphase, which contains the shipped policies and the docs. */
export const PACKAGE_ROOT: string = dirname(manifest)

/** The version of the npm package interphase, from its package.json. */
export const VERSION: string = readVersion(require(manifest))

function readVersion(found: unknown): string {
  return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : 'unknown'
}
