import type { CatalogReader, FunctionMigrationRunner, MigrationObserver, OutsideObjectCheck, SqlFileReader } from '../dialect/dialect.ts'
import { loadOnFirstCall } from './deferred.ts'

/** The parts of a dialect that are loaded only when a command needs them. */
export interface DialectParts {
  readonly catalog: CatalogReader
  readonly observer: MigrationObserver
  readonly functions: FunctionMigrationRunner
  readonly border: OutsideObjectCheck
}

/** Makes the parts of a dialect that are loaded together, with the first call of any of their methods. */
export function loadPartsOnFirstCall(load: () => Promise<DialectParts>): DialectParts {
  return {
    catalog: loadOnFirstCall(async () => (await load()).catalog, {
      sweep: true,
      read: true,
      otherSchemas: true,
      rows: true,
      volume: true,
      sizes: true,
    }),
    observer: loadOnFirstCall(async () => (await load()).observer, { start: true, standsAlone: true, setsSessionOnly: true, reads: true }),
    functions: loadOnFirstCall(async () => (await load()).functions, { run: true, runBatchCode: true }),
    border: loadOnFirstCall(async () => (await load()).border, {
      named: true,
      find: true,
      executed: true,
      writesInBodies: true,
      redefined: true,
      hides: true,
      strangers: true,
      trespasses: true,
    }),
  }
}

/** Makes a reader of SQL files that is loaded by its first call. */
export function loadFileReaderOnFirstCall(load: () => Promise<SqlFileReader>): SqlFileReader {
  return loadOnFirstCall(load, {
    script: true,
    judge: true,
    writesRows: true,
    fragileUses: true,
    sessionUses: true,
    writesWithoutRollback: true,
  })
}
