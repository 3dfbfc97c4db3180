import type { Dialect } from '../../dialect/dialect.ts'
import { sql } from '../../dialect/sql.ts'
import { loadFileReaderOnFirstCall, loadPartsOnFirstCall } from '../parts.ts'
import { postgresKeyRangeWalker } from './ranges/ranges.ts'
import { postgresFleetObserver } from './server/fleet.ts'
import { columnExists, tableExists } from './server/has-table.ts'
import { findMissingPrerequisite } from './server/lack.ts'
import { findLedgersInOtherSchemas } from './server/other-ledgers.ts'
import { postgresServerSessions } from './server/processes.ts'
import { openPostgresSession } from './session/connect.ts'
import { findDumpHint } from './session/dump-hint.ts'
import { isNullRefusedError } from './session/errors.ts'
import { prepareOnServer } from './session/prepare.ts'
import { findReadOnlyReason } from './session/read-only.ts'
import { postgresRunLock } from './session/run-lock.ts'
import { postgresGateQueries } from './signals/gates.ts'
import { postgresSignalReader } from './signals/signals.ts'
import { derivePostgresStep } from './text/derive.ts'

/** The dialect of PostgreSQL 12 and newer versions. */
export const postgresDialect: Dialect = {
  name: 'postgres',
  ...loadPartsOnFirstCall(async () => (await import('./parts.ts')).postgresDialectParts),
  files: loadFileReaderOnFirstCall(async () => (await import('./text/files.ts')).postgresFileReader),
  runLock: postgresRunLock,
  processes: postgresServerSessions,
  ranges: postgresKeyRangeWalker,
  derive: derivePostgresStep,
  signals: postgresSignalReader,
  fleet: postgresFleetObserver,
  gates: postgresGateQueries,
  usage: {
    read: async (...asked) => (await import('./signals/usage.ts')).postgresUsageReader.read(...asked),
    objectsNamedIn: async (...asked) => (await import('./signals/usage.ts')).postgresUsageReader.objectsNamedIn(...asked),
  },
  ledgerTableOptions: sql``,
  ledgerText: sql`text`,
  epochLock: sql` FOR SHARE`,
  commitsImplicitly: false,
  hasStableIdentities: true,
  hasTable: tableExists,
  otherLedgers: findLedgersInOtherSchemas,
  hasColumn: columnExists,
  isNullRefused: isNullRefusedError,
  missingPrerequisite: findMissingPrerequisite,
  dumpHint: findDumpHint,
  readOnlyReason: findReadOnlyReason,
  prepare: prepareOnServer,
  open: openPostgresSession,
  expressionComparer: async (one, other) => (await import('./text/same-expression.ts')).makeExpressionComparer(one, other),
  scratch: async (options) => (await import('./scratch/scratch.ts')).openPostgresScratchServer(options),
}
