import type { Border, Catalog, FileReader, FunctionHost, Observer } from '../dialect/dialect.ts'
import { deferred } from './deferred.ts'

/** The parts of a dialect that are loaded only when a command needs them. */
export interface DialectParts {
  readonly catalog: Catalog
  readonly observer: Observer
  readonly functions: FunctionHost
  readonly border: Border
}

/** Makes the parts of a dialect that are loaded together, with the first call of any of their methods. */
export function deferredParts(load: () => Promise<DialectParts>): DialectParts {
  return {
    catalog: deferred(async () => (await load()).catalog, { sweep: true, read: true, otherSchemas: true, rows: true, sizes: true }),
    observer: deferred(async () => (await load()).observer, { start: true, standsAlone: true, reads: true }),
    functions: deferred(async () => (await load()).functions, { run: true }),
    border: deferred(async () => (await load()).border, {
      named: true,
      find: true,
      executed: true,
      hides: true,
      strangers: true,
      trespasses: true,
    }),
  }
}

/** Makes a reader of SQL files that is loaded by its first call. */
export function deferredFiles(load: () => Promise<FileReader>): FileReader {
  return deferred(load, { script: true, judge: true, fragileUses: true, sessionUses: true })
}
