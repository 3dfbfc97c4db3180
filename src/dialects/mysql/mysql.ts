import type { Dialect } from '../../dialect/dialect.ts'
import { sql } from '../../dialect/sql.ts'
import { border } from './border/border.ts'
import { catalog } from './catalog.ts'
import { defaultCollation } from './collation.ts'
import { open } from './connect.ts'
import { files } from './files.ts'
import { FLAVOURS, type FlavourName } from './flavour.ts'
import { functions } from './functions.ts'
import { hasTable } from './has-table.ts'
import { lackOf } from './lack.ts'
import { mutex } from './mutex.ts'
import { observer } from './observer.ts'
import { prepare } from './prepare.ts'
import { processes } from './processes.ts'
import { scratch } from './scratch.ts'

export { flavourOf } from './flavour.ts'

export const mysql: Dialect = dialect('mysql')

/** A version of MySQL; where they part is decided in `flavour.ts`. */
export const mariadb: Dialect = dialect('mariadb')

function dialect(name: FlavourName): Dialect {
  const flavour = FLAVOURS[name]
  return {
    name,
    files,
    mutex,
    catalog,
    observer,
    processes,
    functions,
    border,
    // Byte-wise, so that two migrations whose names differ in case only stay two.
    ledgerTableOptions: sql` ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    // A plain text ends at 64 KB.
    ledgerText: sql`mediumtext`,
    commitsOnItsWay: true,
    // InnoDB numbers a table anew whenever it is written anew.
    identitiesLast: false,
    defaultCollation,
    hasTable,
    lackOf,
    prepare,
    open: (target) => open(target, flavour),
    alike: () => Promise.resolve(undefined),
    scratch: (options) => scratch(options, flavour),
  }
}
