import type { Dialect } from '../../dialect/dialect.ts'
import { sql } from '../../dialect/sql.ts'
import { loadDialectPartsOnFirstCall, loadFileAnalyzerOnFirstCall } from '../parts.ts'
import { readMysqlDefaultCollation } from './catalog/collation.ts'
import { mysqlKeyRangeWalker } from './ranges/ranges.ts'
import { mysqlFleetSessionReader } from './server/fleet.ts'
import { mysqlColumnExists, mysqlTableExists } from './server/has-table.ts'
import { findMissingMysqlPrerequisite } from './server/lack.ts'
import { mysqlServerSessionController } from './server/processes.ts'
import { openMysqlDatabaseSession } from './session/connect.ts'
import { findMysqlDumpHint } from './session/dump-hint.ts'
import { isMysqlNullRefusedError } from './session/errors.ts'
import { MYSQL_FAMILY_SERVERS, type MysqlFamilyServerName } from './session/flavour.ts'
import { prepareStatementOnMysqlServer } from './session/prepare.ts'
import { findMysqlReadOnlyReason } from './session/read-only.ts'
import { mysqlRunLock } from './session/run-lock.ts'
import { makeMysqlGateQueries } from './signals/gates.ts'
import { makeMysqlLoadSignalReader } from './signals/signals.ts'
import { mysqlObjectUsageReader } from './signals/usage.ts'
import { namesMysqlTableWithCapital } from './text/capitals.ts'
import { deriveMysqlDataStepStatement } from './text/derive.ts'

export { detectMysqlFamilyServerName } from './session/flavour.ts'

export const mysqlDialect: Dialect = dialect('mysql')

/** The dialect of MariaDB has the same code as the dialect of MySQL. `flavour.ts` contains the differences. */
export const mariadbDialect: Dialect = dialect('mariadb')

function dialect(name: MysqlFamilyServerName): Dialect {
  const flavour = MYSQL_FAMILY_SERVERS[name]
  return {
    name,
    ...loadDialectPartsOnFirstCall(async () => (await import('./parts.ts')).mysqlDialectParts),
    files: loadFileAnalyzerOnFirstCall(async () => (await import('./text/files.ts'))[`${name}FileAnalyzer`]),
    runLock: mysqlRunLock,
    processes: mysqlServerSessionController,
    ranges: mysqlKeyRangeWalker,
    derive: deriveMysqlDataStepStatement,
    signals: makeMysqlLoadSignalReader(flavour),
    fleet: mysqlFleetSessionReader,
    gates: makeMysqlGateQueries(flavour),
    usage: mysqlObjectUsageReader,
    // The ledger tables use a binary collation, so that two migrations whose names differ only in case stay distinct.
    ledgerTableOptions: sql` ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    // On MySQL and MariaDB, the column type `text` is limited to 64 KB, so long texts in the ledger have the type mediumtext.
    ledgerText: sql`mediumtext`,
    // The query for the epoch, which is the number of the last run, needs no lock clause. On MySQL and MariaDB, a query inside a
    // statement that writes always locks the rows that it reads.
    epochLock: sql``,
    commitsImplicitly: true,
    // InnoDB's identifiers are not stable, because InnoDB assigns a new id to a table whenever it rebuilds the table.
    hasStableIdentities: false,
    defaultCollation: readMysqlDefaultCollation,
    hasTable: mysqlTableExists,
    hasColumn: mysqlColumnExists,
    isNullRefused: isMysqlNullRefusedError,
    missingPrerequisite: findMissingMysqlPrerequisite,
    dumpHint: findMysqlDumpHint,
    readOnlyReason: findMysqlReadOnlyReason,
    prepare: prepareStatementOnMysqlServer,
    namesCapitals: namesMysqlTableWithCapital,
    open: (target) => openMysqlDatabaseSession(target, flavour),
    expressionComparer: () => Promise.resolve(undefined),
    scratch: async (options) => (await import('./scratch/scratch.ts')).openMysqlScratchServer(options, flavour),
  }
}
