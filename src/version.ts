import { createRequire } from 'node:module'

/** The version of this package, as its package.json says. */
export const VERSION: string = readVersion(createRequire(import.meta.url)('../package.json'))

function readVersion(manifest: unknown): string {
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown'
}
