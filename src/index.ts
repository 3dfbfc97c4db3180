// The reference makes TypeScript load the types of Node, which the generated declaration files contain.
/// <reference types="node" preserve="true" />
import type { FunctionContext } from './dialect/dialect.ts'
import type { QueryInterface, Sequelize } from './dialects/sequelize-types.ts'
import * as authoring from './release/authoring.ts'
import { sqlTag } from './release/fragment.ts'

export type { SnapshotOptions, SnapshotResult } from './adopt/snapshot/snapshot.ts'
export type { SquashResult } from './adopt/squash/squash.ts'
export type { EngineOptions, GateOptions, RecordedDialect } from './engine.ts'
export { Interphase } from './engine.ts'
export { type ErrorCode, type ErrorFacts, InterphaseError, isError } from './error.ts'
export type { EmitEvent, EmittedEvent, Event, EventOrigin } from './event.ts'
export type { DestructionConsent } from './gate/gate.ts'
export { PHASES, type PhaseName } from './phase/phase.ts'
export type { WorkCursor } from './plan/cursor.ts'
export type { CostSeverity, StatementCostEstimate } from './plan/estimate.ts'
export type { AppliedMigration, LedgerHistory } from './plan/history.ts'
export type { LedgerNote } from './plan/note.ts'
export type { PlannedMigration, PlannedPhase, ReleasePlan } from './plan/plan.ts'
export type { RunEndPoint } from './plan/reach.ts'
export { defineConfig, type UserConfig } from './project/define-config.ts'
export type { NewProjectSettings } from './project/scaffold.ts'
export type { RehearsalPoint, RehearseOptions, StoppedRehearsal } from './rehearse/options.ts'
export type { Rehearsal, RehearsalFinding, RehearsedDialect, RehearsedRelease } from './rehearse/rehearsal.ts'
export type { BatchContext, BatchRow, BatchValue } from './release/authoring.ts'
export type { LiteralValue, SqlFragment, SqlTag } from './release/fragment.ts'
export type { GateDecision, StoredGateDecision } from './run/gates/approve.ts'
export type { UndoOptions, UndoResult } from './run/undo.ts'
export type { UpgradeOptions, UpgradeResult } from './run/upgrade.ts'
export { applyDifferences, type Difference, differences } from './schema/difference.ts'
export { fingerprint } from './schema/fingerprint.ts'
export { DIALECTS, type DialectName, type SchemaObject } from './schema/object.ts'
export type { SchemaState } from './schema/state.ts'
export type { DoctorFinding } from './status/diagnosis.ts'
export type { LogVerification } from './status/log-verification.ts'
export type { CheckFinding, CheckReport } from './status/reports/check-report.ts'
export type { DriftReport } from './status/reports/drift-report.ts'
export type { FleetReport } from './status/reports/fleet-report.ts'
export type { GateReport } from './status/reports/gate-report.ts'
export type { StatusReport } from './status/reports/report.ts'
export type { RunsReport } from './status/reports/runs-report.ts'
export { VERSION } from './version.ts'

/** The argument of the function of a migration. */
export type MigrationContext = Omit<FunctionContext, 'queryInterface' | 'Sequelize'> & {
  readonly queryInterface: QueryInterface
  readonly Sequelize: typeof Sequelize
}

/** Returns the definition of an expand migration whose work is a function. */
export const expand = authoring.defineExpand<MigrationContext>
/** Returns the definition of a data step whose work is a function or a declaration. */
export const migrate = authoring.defineDataStep<MigrationContext>
/** Returns the definition of a contract migration whose work is a function. */
export const contract = authoring.defineContract<MigrationContext>
/** The template tag for SQL fragments in the declaration of a data step. */
export const sql = sqlTag
