import type { Dialect } from '../../dialect/dialect.ts'
import { sql } from '../../dialect/sql.ts'
import { deferredFiles, deferredParts } from '../parts.ts'
import { defaultCollation } from './catalog/collation.ts'
import { open } from './session/connect.ts'
import { isNullRefused } from './session/errors.ts'
import { FLAVOURS, type FlavourName } from './session/flavour.ts'
import { hasColumn, hasTable } from './session/has-table.ts'
import { missingPrerequisite } from './session/lack.ts'
import { mutex } from './session/mutex.ts'
import { prepare } from './session/prepare.ts'
import { processes } from './session/processes.ts'
import { namesCapitals } from './text/capitals.ts'

export { flavourOf } from './session/flavour.ts'

export const mysql: Dialect = dialect('mysql')

/** MariaDB uses the dialect of MySQL. `flavour.ts` contains the differences. */
export const mariadb: Dialect = dialect('mariadb')

function dialect(name: FlavourName): Dialect {
  const flavour = FLAVOURS[name]
  return {
    name,
    ...deferredParts(async () => (await import('./parts.ts')).parts),
    files: deferredFiles(async () => (await import('./text/files.ts')).files),
    mutex,
    processes,
    // The ledger tables use a binary collation, so that two migrations whose names differ only in case stay distinct.
    ledgerTableOptions: sql` ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    // The column type `text` is limited to 64 KB.
    ledgerText: sql`mediumtext`,
    // The query needs no lock clause: a query inside a statement that writes locks the rows that it reads.
    epochLock: sql``,
    commitsOnItsWay: true,
    // Identities do not last, because InnoDB gives a table a new number whenever it rebuilds the table.
    identitiesLast: false,
    defaultCollation,
    hasTable,
    hasColumn,
    isNullRefused,
    missingPrerequisite,
    prepare,
    namesCapitals,
    open: (target) => open(target, flavour),
    expressionComparer: () => Promise.resolve(undefined),
    scratch: async (options) => (await import('./scratch/scratch.ts')).scratch(options, flavour),
  }
}
