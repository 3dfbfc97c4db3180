import type { Dialect } from '../../dialect/dialect.ts'
import { sql } from '../../dialect/sql.ts'
import { alike } from './alike.ts'
import { border } from './border/border.ts'
import { catalog } from './catalog.ts'
import { files } from './files.ts'
import { functions } from './functions.ts'
import { hasTable } from './has-table.ts'
import { lackOf } from './lack.ts'
import { mutex } from './mutex.ts'
import { observer } from './observer.ts'
import { prepare } from './prepare.ts'
import { processes } from './processes.ts'
import { scratch } from './scratch.ts'
import { openSession } from './session.ts'

/** PostgreSQL 12 and newer. */
export const postgres: Dialect = {
  name: 'postgres',
  files,
  mutex,
  catalog,
  observer,
  processes,
  functions,
  border,
  ledgerTableOptions: sql``,
  ledgerText: sql`text`,
  commitsOnItsWay: false,
  identitiesLast: true,
  hasTable,
  lackOf,
  prepare,
  open: openSession,
  alike,
  scratch,
}
