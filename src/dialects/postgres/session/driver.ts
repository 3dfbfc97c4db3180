import { createRequire } from 'node:module'
import type Pg from 'pg'

/** The driver `pg`. Every module takes it from here. */
export const pg: typeof Pg = withNavigator(() => createRequire(import.meta.url)('pg') as typeof Pg)

/**
 * pg asks `navigator` whether it runs on Cloudflare. Node 20 has no `navigator`, and then pg makes a `Response` instead,
 * which loads an HTTP client: 45 ms of every command. `navigator` exists only while the driver is loaded.
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
