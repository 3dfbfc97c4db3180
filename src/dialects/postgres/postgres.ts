import type { Dialect } from '../../dialect/dialect.ts'
import { sql } from '../../dialect/sql.ts'
import { catalog } from './catalog/catalog.ts'
import { functions } from './functions/functions.ts'
import { border } from './observe/border/border.ts'
import { observer } from './observe/observer.ts'
import { scratch } from './scratch/scratch.ts'
import { isNullRefused } from './session/errors.ts'
import { hasColumn, hasTable } from './session/has-table.ts'
import { missingPrerequisite } from './session/lack.ts'
import { mutex } from './session/mutex.ts'
import { otherLedgers } from './session/other-ledgers.ts'
import { prepare } from './session/prepare.ts'
import { processes } from './session/processes.ts'
import { openSession } from './session/session.ts'
import { alike } from './text/alike.ts'
import { files } from './text/files.ts'

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
  otherLedgers,
  hasColumn,
  isNullRefused,
  missingPrerequisite,
  prepare,
  open: openSession,
  alike,
  scratch,
}
