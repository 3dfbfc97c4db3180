import type { Dialect } from '../../dialect/dialect.ts'
import { sql } from '../../dialect/sql.ts'
import { loadDialectPartsOnFirstCall, loadFileAnalyzerOnFirstCall } from '../parts.ts'
import { postgresKeyRangeWalker } from './ranges/ranges.ts'
import { postgresFleetSessionReader } from './server/fleet.ts'
import { postgresColumnExists, postgresTableExists } from './server/has-table.ts'
import { findMissingPostgresPrerequisite } from './server/lack.ts'
import { findLedgersInOtherSchemas } from './server/other-ledgers.ts'
import { postgresServerSessionController } from './server/processes.ts'
import { openPostgresSession } from './session/connect.ts'
import { findPostgresDumpHint } from './session/dump-hint.ts'
import { isPostgresNullRefusedError } from './session/errors.ts'
import { prepareStatementOnPostgresServer } from './session/prepare.ts'
import { findPostgresReadOnlyReason } from './session/read-only.ts'
import { postgresRunLock } from './session/run-lock.ts'
import { postgresGateQueries } from './signals/gates.ts'
import { postgresLoadSignalReader } from './signals/signals.ts'
import { derivePostgresDataStepStatement } from './text/derive.ts'

/** The dialect of PostgreSQL 12 and newer versions. */
export const postgresDialect: Dialect = {
  name: 'postgres',
  ...loadDialectPartsOnFirstCall(async () => (await import('./parts.ts')).postgresDialectParts),
  files: loadFileAnalyzerOnFirstCall(async () => (await import('./text/files.ts')).postgresFileAnalyzer),
  runLock: postgresRunLock,
  processes: postgresServerSessionController,
  ranges: postgresKeyRangeWalker,
  derive: derivePostgresDataStepStatement,
  signals: postgresLoadSignalReader,
  fleet: postgresFleetSessionReader,
  gates: postgresGateQueries,
  usage: {
    read: async (...asked) => (await import('./signals/usage.ts')).postgresObjectUsageReader.read(...asked),
    objectsNamedIn: async (...asked) => (await import('./signals/usage.ts')).postgresObjectUsageReader.objectsNamedIn(...asked),
  },
  ledgerTableOptions: sql``,
  ledgerText: sql`text`,
  epochLock: sql` FOR SHARE`,
  commitsImplicitly: false,
  hasStableIdentities: true,
  hasTable: postgresTableExists,
  otherLedgers: findLedgersInOtherSchemas,
  hasColumn: postgresColumnExists,
  isNullRefused: isPostgresNullRefusedError,
  missingPrerequisite: findMissingPostgresPrerequisite,
  dumpHint: findPostgresDumpHint,
  readOnlyReason: findPostgresReadOnlyReason,
  prepare: prepareStatementOnPostgresServer,
  open: openPostgresSession,
  expressionComparer: async (one, other) => (await import('./text/same-expression.ts')).makeExpressionComparer(one, other),
  scratch: async (options) => (await import('./scratch/scratch.ts')).openPostgresScratchServer(options),
}
