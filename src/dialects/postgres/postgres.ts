import type { Dialect } from '../../dialect/dialect.ts'
import { sql } from '../../dialect/sql.ts'
import { deferredFiles, deferredParts } from '../parts.ts'
import { isNullRefused } from './session/errors.ts'
import { hasColumn, hasTable } from './session/has-table.ts'
import { missingPrerequisite } from './session/lack.ts'
import { mutex } from './session/mutex.ts'
import { otherLedgers } from './session/other-ledgers.ts'
import { prepare } from './session/prepare.ts'
import { processes } from './session/processes.ts'
import { openSession } from './session/session.ts'

/** The dialect of PostgreSQL 12 and newer. */
export const postgres: Dialect = {
  name: 'postgres',
  ...deferredParts(async () => (await import('./parts.ts')).parts),
  files: deferredFiles(async () => (await import('./text/files.ts')).files),
  mutex,
  processes,
  ledgerTableOptions: sql``,
  ledgerText: sql`text`,
  epochLock: sql` FOR SHARE`,
  commitsOnItsWay: false,
  identitiesLast: true,
  hasTable,
  otherLedgers,
  hasColumn,
  isNullRefused,
  missingPrerequisite,
  prepare,
  open: openSession,
  expressionComparer: async (one, other) => (await import('./text/same-expression.ts')).expressionComparer(one, other),
  scratch: async (options) => (await import('./scratch/scratch.ts')).scratch(options),
}
