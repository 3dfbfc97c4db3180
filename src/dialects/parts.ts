import type {
  CatalogReader,
  FunctionMigrationRunner,
  MigrationObserver,
  OutsideObjectDetector,
  SqlFileAnalyzer,
} from '../dialect/dialect.ts'
import { loadObjectOnFirstCall } from './deferred.ts'

/**
 * The catalog reader, the observer and the other objects of a dialect that the engine loads together, at the first call of one of
 * their methods.
 */
export interface DialectParts {
  readonly catalog: CatalogReader
  readonly observer: MigrationObserver
  readonly functions: FunctionMigrationRunner
  readonly border: OutsideObjectDetector
}

/**
 * Returns the catalog reader, the observer and the other parts of a dialect without loading their modules. The first call of one
 * of their methods loads all of them.
 */
export function loadDialectPartsOnFirstCall(load: () => Promise<DialectParts>): DialectParts {
  return {
    catalog: loadObjectOnFirstCall(async () => (await load()).catalog, {
      dropInvalidIndex: true,
      read: true,
      otherSchemas: true,
      rows: true,
      volume: true,
      sizes: true,
    }),
    observer: loadObjectOnFirstCall(async () => (await load()).observer, {
      start: true,
      canStatementRunInOwnTransaction: true,
      setsSessionOnly: true,
      reads: true,
    }),
    functions: loadObjectOnFirstCall(async () => (await load()).functions, { run: true, runBatchCode: true }),
    border: loadObjectOnFirstCall(async () => (await load()).border, {
      named: true,
      find: true,
      executed: true,
      doRoutineBodiesWriteRows: true,
      redefined: true,
      refusalInDatabase: true,
      listOutsideObjects: true,
      listOutsideChanges: true,
    }),
  }
}

/** Returns an analyzer of SQL files without loading its module. The first call of one of its methods loads the analyzer. */
export function loadFileAnalyzerOnFirstCall(load: () => Promise<SqlFileAnalyzer>): SqlFileAnalyzer {
  return loadObjectOnFirstCall(load, {
    script: true,
    judge: true,
    writesRows: true,
    fragileUses: true,
    sessionUses: true,
    writesWithoutRollback: true,
  })
}
