import { createRequire } from 'node:module'
import type Pg from 'pg'

/** The database driver `pgDriver`. Only this file imports it. */
export const pgDriver: typeof Pg = withNavigator(() => createRequire(import.meta.url)('pg') as typeof Pg)

/**
 * Defines the global `navigator` while the driver is loaded. pg uses `navigator` to detect Cloudflare. Without it, as on Node 20, pg
 * creates a `Response`, which loads an HTTP client and takes 45 ms in every command.
 */
function withNavigator<T>(load: () => T): T {
  if ('navigator' in globalThis) return load()
  const navigator = { userAgent: `Node.js/${process.versions.node}` }
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true })
  try {
    return load()
  } finally {
    Reflect.deleteProperty(globalThis, 'navigator')
  }
}
