// The next line makes TypeScript load the types of Node. The declaration files of the package contain these types.
/// <reference types="node" preserve="true" />
import type { FunctionContext } from './dialect/dialect.ts'
import type { QueryInterface, Sequelize } from './dialects/sequelize-types.ts'
import * as authoring from './release/authoring.ts'
import { sqlTag } from './release/fragment.ts'

export type { AdoptionMatch, AdoptionResult, AdoptOptions } from './adopt/adopt.ts'
export type { DraftSource } from './adopt/draft/draft.ts'
export type { DraftReleaseOptions, DraftResult } from './adopt/draft/draft-release.ts'
export type { SourceToLoad } from './adopt/draft/wanted-schema.ts'
export type { FirstReleaseOptions, ProjectFromDatabase } from './adopt/first-release.ts'
export type { FoundForeignLedger } from './adopt/foreign-ledgers.ts'
export type { ImportedMigration, SequelizeImportOptions } from './adopt/sequelize/import-sequelize.ts'
export type { SnapshotOptions, SnapshotResult } from './adopt/snapshot/snapshot.ts'
export type { SquashResult } from './adopt/squash/squash.ts'
export type { Clock } from './clock.ts'
export type { FunctionContext, TlsSettings } from './dialect/dialect.ts'
export type { UnwrittenDifference } from './dialect/schema-writer.ts'
export type { EffectOnRunningCode } from './effect/effect.ts'
export type { BlockedSessions, StatementWorkDuration } from './effect/price.ts'
export type { BeginOptions, BegunChange, EngineOptions, GateOptions, RecordedDialect } from './engine.ts'
export { Interphase } from './engine.ts'
export { type ErrorCode, type ErrorFacts, InterphaseError, isError } from './error.ts'
export type { AdoptErrorFacts, NearbyState } from './errors/adopt.ts'
export type { BatchErrorFacts } from './errors/batch.ts'
export type { ConfigErrorFacts } from './errors/config.ts'
export type { DatabaseErrorFacts } from './errors/database.ts'
export type { LedgerErrorFacts } from './errors/ledger.ts'
export type { MigrationErrorFacts } from './errors/migration.ts'
export type { PolicyErrorFacts } from './errors/policy.ts'
export type { ProcessErrorFacts } from './errors/process.ts'
export type { RecordErrorFacts } from './errors/record.ts'
export type { ReleaseErrorFacts } from './errors/release.ts'
export type { RunErrorFacts } from './errors/run.ts'
export type { EmitEvent, EmittedEvent, Event, EventOrigin } from './event.ts'
export type { PhaseInPlan } from './gate/approval.ts'
export type { DestructionConsent } from './gate/gate.ts'
export type { OperatorPause } from './ledger/pause.ts'
export type { QuarantinedRow } from './ledger/quarantine.ts'
export { PHASES, type PhaseName } from './phase/phase.ts'
export type { StatementCursor, WorkCursor } from './plan/cursor.ts'
export type { DataStepCost } from './plan/data-step-size.ts'
export type { CostSeverity, StatementCostEstimate, TableWithSize } from './plan/estimate.ts'
export type { AppliedMigration, AppliedMigrationState, LedgerHistory, ReplacedMigrationRun, SharedStepRange } from './plan/history.ts'
export type { LedgerNote, LedgerNoteContent, LedgerNoteFields, LedgerNoteKind } from './plan/note.ts'
export type { MigrationRunPath, PlannedMigration, PlannedPhase, ReleasePlan } from './plan/plan.ts'
export type { RunEndPoint } from './plan/reach.ts'
export type { ProjectConfig } from './project/config.ts'
export type { HookConfig, HookOccasion, ShadowServerConfig, TargetDatabaseConfig } from './project/define-config.ts'
export { defineConfig, type UserConfig } from './project/define-config.ts'
export type { ChangeFileKind, PatternArguments } from './project/patterns/pattern.ts'
export type { PatternFile, PatternName } from './project/patterns/patterns.ts'
export type { NewChangeOptions, NewProjectSettings } from './project/scaffold.ts'
export type { RecordingResult } from './record/record.ts'
export type { RehearsalStop } from './rehearse/hold-point.ts'
export type { RehearsalPoint, RehearseOptions, StoppedRehearsal } from './rehearse/options.ts'
export type { Rehearsal, RehearsalFinding, RehearsedDialect, RehearsedRelease } from './rehearse/rehearsal.ts'
export type {
  AnyDataStepDefinition,
  BatchCode,
  BatchCodeDefinition,
  BatchContext,
  BatchRow,
  BatchValue,
  CopyDefinition,
  DataStepDefinition,
  DefinedMigration,
  MigrationDefinition,
  RuleWithReason,
  UpdateDefinition,
} from './release/authoring.ts'
export type { BatchDeclaration } from './release/batch.ts'
export type { FragileStatementKind } from './release/fragile-use.ts'
export type { FragmentPiece, LiteralValue, SqlFragment, SqlTag } from './release/fragment.ts'
export type {
  ChangeId,
  DeclarationWithReason,
  FrontMatter,
  FrontMatterQuestion,
  Migration,
  MigrationBody,
  MigrationId,
  Release,
  ReleaseChain,
  ReleaseChange,
  SqlText,
  SquashedReleases,
  UndoFile,
} from './release/migration.ts'
export type { OpenQuestion } from './release/question.ts'
export type { QuarantineRetryResult, QuarantineSelection } from './run/data-steps/retry.ts'
export type { GateDecision, StoredGateDecision } from './run/gates/approve.ts'
export type { StampDecision } from './run/stamp.ts'
export type { UndoOptions, UndoResult } from './run/undo.ts'
export type { CommonUpgradeOptions, EndPointOptions, NextPhase, SinglePhaseOption, UpgradeOptions, UpgradeResult } from './run/upgrade.ts'
export type { RenamedObjectIds, ServerIdsBeforeAndAfter, ServerIdsOfObjects } from './schema/difference.ts'
export { applyDifferences, type Difference, differences } from './schema/difference.ts'
export type { StateFingerprint } from './schema/fingerprint.ts'
export { fingerprintOfState as fingerprint } from './schema/fingerprint.ts'
export type { GroupBucket, SchemaObjectGroup, SchemaObjectGroups } from './schema/groups.ts'
export type { NeighbourObject } from './schema/neighbour.ts'
export type {
  CheckObject,
  ColumnObject,
  DomainObject,
  EnumObject,
  ExclusionConstraintObject,
  ExtensionObject,
  ForeignKeyObject,
  FunctionObject,
  IndexObject,
  KeyObject,
  OpaqueObject,
  PartitionObject,
  RowSecurityPolicyObject,
  SchemaGroupKey,
  SchemaNamespaceObject,
  SchemaObjectId,
  SequenceObject,
  TableObject,
  TriggerObject,
  ViewObject,
} from './schema/object.ts'
export { DIALECTS, type DialectName, type SchemaObject } from './schema/object.ts'
export type { SchemaState } from './schema/state.ts'
export type { DeepReadonly } from './shape.ts'
export type { DoctorFinding, DoctorReport } from './status/diagnosis.ts'
export type { DriftDraft, DriftOptions, DriftResult } from './status/drift.ts'
export type { LogVerification } from './status/log-verification.ts'
export type { CheckFinding, CheckReport } from './status/reports/check-report.ts'
export type { DriftReport } from './status/reports/drift-report.ts'
export type { FleetReport } from './status/reports/fleet-report.ts'
export type { GateReport } from './status/reports/gate-report.ts'
export type { StatusReport } from './status/reports/report.ts'
export type { RunsCommandReport } from './status/reports/runs-report.ts'
export type { StatusOptions } from './status/status.ts'
export { VERSION } from './version.ts'
export type { CrashPoint, CrashPointHook } from './work/crash.ts'
export type { RunQuotaLimits } from './work/quota.ts'

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
