import type { DialectParts } from '../parts.ts'
import { postgresCatalogReader } from './catalog/catalog.ts'
import { postgresFunctionMigrationRunner } from './functions/functions.ts'
import { postgresOutsideObjectDetector } from './observe/border/border.ts'
import { postgresMigrationObserver } from './observe/observer.ts'

export const postgresDialectParts: DialectParts = {
  catalog: postgresCatalogReader,
  observer: postgresMigrationObserver,
  functions: postgresFunctionMigrationRunner,
  border: postgresOutsideObjectDetector,
}
