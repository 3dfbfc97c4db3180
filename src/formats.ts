/**
 * The format versions of the files and reports that the engine writes. A version increases when a field is removed or its meaning
 * changes, but not when a field is added.
 */
export const RECORDED_STATES_FORMAT_VERSION = 2
export const STATUS_REPORT_FORMAT_VERSION = 1
export const CHECK_REPORT_FORMAT_VERSION = 1
export const GATE_REPORT_FORMAT_VERSION = 1
export const LOG_REPORT_FORMAT_VERSION = 2
export const LOG_VERIFICATION_REPORT_FORMAT_VERSION = 1
export const REHEARSAL_REPORT_FORMAT_VERSION = 1
export const RUNS_COMMAND_REPORT_FORMAT_VERSION = 1
export const DRIFT_REPORT_FORMAT_VERSION = 1
export const FLEET_REPORT_FORMAT_VERSION = 1

/**
 * The format version of the ledger tables. interphase refuses a ledger with a newer version, and upgrades a ledger with an
 * earlier version.
 */
export const LEDGER_FORMAT_VERSION = 3
