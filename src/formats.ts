/**
 * Versions of the files and reports that the engine writes. A removed field, or a field with another meaning, raises the version.
 * A new field does not.
 */
export const STATES_FORMAT = 2
export const STATUS_FORMAT = 1
export const CHECK_FORMAT = 1
export const LOG_FORMAT = 2
export const REHEARSAL_FORMAT = 1

/** The version of the tables of the ledger. The engine refuses a ledger of a newer version, and upgrades one of an earlier version. */
export const LEDGER_FORMAT = 3
