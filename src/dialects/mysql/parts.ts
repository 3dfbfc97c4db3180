import type { DialectParts } from '../parts.ts'
import { mysqlCatalogReader } from './catalog/catalog.ts'
import { mysqlFunctionMigrationRunner } from './functions/functions.ts'
import { mysqlOutsideObjectDetector } from './observe/border/border.ts'
import { mysqlMigrationObserver } from './observe/observer.ts'

export const mysqlDialectParts: DialectParts = {
  catalog: mysqlCatalogReader,
  observer: mysqlMigrationObserver,
  functions: mysqlFunctionMigrationRunner,
  border: mysqlOutsideObjectDetector,
}
