import type { Dialect } from '../../dialect/dialect.ts'
import { sql } from '../../dialect/sql.ts'
import { loadFileReaderOnFirstCall, loadPartsOnFirstCall } from '../parts.ts'
import { readDefaultCollation } from './catalog/collation.ts'
import { mysqlKeyRangeWalker } from './ranges/ranges.ts'
import { mysqlFleetObserver } from './server/fleet.ts'
import { columnExists, tableExists } from './server/has-table.ts'
import { findMissingPrerequisite } from './server/lack.ts'
import { mysqlServerSessions } from './server/processes.ts'
import { openMysqlDatabase } from './session/connect.ts'
import { findDumpHint } from './session/dump-hint.ts'
import { isNullRefusedError } from './session/errors.ts'
import { MYSQL_FAMILY_SERVERS, type MysqlFamilyServerName } from './session/flavour.ts'
import { prepareOnServer } from './session/prepare.ts'
import { findReadOnlyReason } from './session/read-only.ts'
import { mysqlRunLock } from './session/run-lock.ts'
import { makeMysqlGateQueries } from './signals/gates.ts'
import { makeMysqlSignalReader } from './signals/signals.ts'
import { mysqlUsageReader } from './signals/usage.ts'
import { namesTableWithCapital } from './text/capitals.ts'
import { deriveMysqlStep } from './text/derive.ts'

export { detectMysqlFamilyServer } from './session/flavour.ts'

export const mysqlDialect: Dialect = dialect('mysql')

/** The dialect of MariaDB has the same code as the dialect of MySQL. `flavour.ts` contains the differences. */
export const mariadbDialect: Dialect = dialect('mariadb')

function dialect(name: MysqlFamilyServerName): Dialect {
  const flavour = MYSQL_FAMILY_SERVERS[name]
  return {
    name,
    ...loadPartsOnFirstCall(async () => (await import('./parts.ts')).mysqlDialectParts),
    files: loadFileReaderOnFirstCall(async () => (await import('./text/files.ts'))[`${name}FileReader`]),
    runLock: mysqlRunLock,
    processes: mysqlServerSessions,
    ranges: mysqlKeyRangeWalker,
    derive: deriveMysqlStep,
    signals: makeMysqlSignalReader(flavour),
    fleet: mysqlFleetObserver,
    gates: makeMysqlGateQueries(flavour),
    usage: mysqlUsageReader,
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
    defaultCollation: readDefaultCollation,
    hasTable: tableExists,
    hasColumn: columnExists,
    isNullRefused: isNullRefusedError,
    missingPrerequisite: findMissingPrerequisite,
    dumpHint: findDumpHint,
    readOnlyReason: findReadOnlyReason,
    prepare: prepareOnServer,
    namesCapitals: namesTableWithCapital,
    open: (target) => openMysqlDatabase(target, flavour),
    expressionComparer: () => Promise.resolve(undefined),
    scratch: async (options) => (await import('./scratch/scratch.ts')).openMysqlScratchServer(options, flavour),
  }
}
