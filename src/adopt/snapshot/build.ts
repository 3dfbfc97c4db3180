import type { SchemaChangeSqlWriter } from '../../dialect/schema-writer.ts'
import { loadInsertStatementWriter, loadSchemaChangeSqlWriter } from '../../dialects/open.ts'
import { errorMessageOf, InterphaseError, isError } from '../../error.ts'
import type { LedgerWriter } from '../../ledger/write.ts'
import { findUnfinishedSnapshotNote, type LedgerHistory } from '../../plan/history.ts'
import type { LedgerNoteFields } from '../../plan/note.ts'
import { type ConnectedProject, determineSchemaComparisonSettings, readLedgerForComparison } from '../../run/connected-project.ts'
import { readProjectSchema } from '../../run/guard.ts'
import { describeDifferences, describeObject, describeObjectMismatch } from '../../schema/describe.ts'
import type { Difference } from '../../schema/difference.ts'
import { findSchemaMismatches, type SchemaComparisonSettings } from '../../schema/mismatch.ts'
import type { SchemaState } from '../../schema/state.ts'
import { throwIfRunMustStop } from '../../work/stop.ts'
import { findTablesWithDifferentRows, insertRowsIntoEmptyTables } from './rows.ts'
import { schemaStateBeforeRows, writeSqlForMissingObjects, writeSqlToDropObjects } from './script.ts'
import type { SnapshotToBuild } from './wanted.ts'

const SNAPSHOT = 'the snapshot'

/**
 * Creates the newest recorded state (the snapshot) in one database: checks the database, executes the statements, compares the
 * result, and writes the ledger.
 */
export class SnapshotBuilder {
  readonly #connected: ConnectedProject
  readonly #wanted: SnapshotToBuild
  readonly #leniency: SchemaComparisonSettings
  readonly #write: SchemaChangeSqlWriter
  /** True if an earlier command has already created a part of the schema in the database. */
  readonly #resumes: boolean
  /** The statements that create the whole schema, as far as it is missing in the database. */
  readonly statements: readonly string[]
  #sent = 0

  private constructor(
    connected: ConnectedProject,
    wanted: SnapshotToBuild,
    leniency: SchemaComparisonSettings,
    write: SchemaChangeSqlWriter,
    { resumes, statements }: { readonly resumes: boolean; readonly statements: readonly string[] },
  ) {
    this.#connected = connected
    this.#wanted = wanted
    this.#leniency = leniency
    this.#write = write
    this.#resumes = resumes
    this.statements = statements
  }

  /** Checks the database and the recorded state, and computes the statements. Does not change the database. */
  static async prepare(connected: ConnectedProject, wanted: SnapshotToBuild, history: LedgerHistory | undefined): Promise<SnapshotBuilder> {
    const { session, dialect } = connected
    refuseApplied(connected, history)
    const begun = findUnfinishedSnapshotNote(history)
    if (begun) refuseOther(begun, wanted)
    const leniency = await determineSchemaComparisonSettings(connected, wanted.server, await readLedgerForComparison(connected, history))
    const live = await readProjectSchema(session, dialect.catalog, wanted.end, leniency)
    refuseUnexpected(connected, findSchemaMismatches(begun ? wanted.end : wanted.start, live, leniency), begun !== undefined)
    const write = await loadSchemaChangeSqlWriter(dialect.name)
    const { statements, unwritten } = writeSqlForMissingObjects(write, live, wanted.end, leniency)
    if (unwritten.length > 0) {
      const objects = unwritten.map(({ object, reason }) => `${object}: ${reason}`)
      throw new InterphaseError('snapshot.unwritable', { dialect: dialect.name, objects })
    }
    return new SnapshotBuilder(connected, wanted, leniency, write, { resumes: begun !== undefined, statements })
  }

  /**
   * Creates the schema, loads the rows, compares the result with the recorded state, and writes the ledger. The caller must hold
   * the lock of the project.
   */
  async run(ledger: LedgerWriter, signal: AbortSignal): Promise<void> {
    const { session, dialect } = this.#connected
    if (dialect.commitsImplicitly) {
      if (!this.#resumes) await this.#note(ledger, 'begun')
      return this.#create(ledger, signal).catch(async (error: unknown) => {
        throw await this.#explain(error, () => this.#takeBack(ledger))
      })
    }
    await session.begin()
    try {
      await this.#create(ledger, signal)
      await session.commit()
    } catch (error) {
      await session.rollback()
      throw await this.#explain(error, () => Promise.resolve(true))
    } finally {
      if (!session.lost.aborted) await session.reset()
    }
  }

  async #create(ledger: LedgerWriter, signal: AbortSignal): Promise<void> {
    const { end, load } = this.#wanted
    await this.#execute(schemaStateBeforeRows(end), signal)
    if (load.length > 0)
      await this.#inTransaction(async () =>
        insertRowsIntoEmptyTables(this.#rowTarget(end), await loadInsertStatementWriter(this.#dialect), load),
      )
    await this.#execute(end, signal)
    await this.#prove()
    await this.#inTransaction(() => this.#writeLedger(ledger))
  }

  /** Executes the statements that change the live schema to the given state. */
  async #execute(to: SchemaState, signal: AbortSignal): Promise<void> {
    const { session, crash } = this.#connected
    for (const text of writeSqlForMissingObjects(this.#write, await this.#read(), to, this.#leniency).statements) {
      throwIfRunMustStop(signal, SNAPSHOT)
      this.#sent += 1
      try {
        await session.execute(text, { file: SNAPSHOT, line: this.#sent })
      } catch (error) {
        if (!(error instanceof InterphaseError) || isError(error, 'database.lost')) throw error
        throw new InterphaseError('snapshot.failed', { statement: text, problem: errorMessageOf(error), isEmpty: false }, { cause: error })
      }
      await crash('after statement', SNAPSHOT, this.#sent - 1)
    }
    await session.reset()
  }

  async #prove(): Promise<void> {
    const found = findSchemaMismatches(this.#wanted.end, await this.#read(), this.#leniency)
    if (found.length > 0) throw new InterphaseError('snapshot.differs', { differences: describeFound(found), isEmpty: false })
  }

  async #writeLedger(ledger: LedgerWriter): Promise<void> {
    const { migrations, end } = this.#wanted
    const startedAt = this.#connected.clock.now()
    await ledger.claim(end.groups.keys())
    for (const migration of migrations) await ledger.done(migration, { plan: '', policy: '', how: 'snapshot' }, startedAt, 0)
    await this.#note(ledger, 'done')
  }

  async #note(ledger: LedgerWriter, stage: LedgerNoteFields<'snapshot'>['stage']): Promise<void> {
    const { state, release, migrations, load } = this.#wanted
    await ledger.note({ kind: 'snapshot', fields: { stage, state, migrations: migrations.length, rows: load.length > 0 } }, release)
  }

  /** Returns the error of a failed creation of the schema. The error states whether the command changed the database. */
  async #explain(error: unknown, takeBack: () => Promise<boolean>): Promise<unknown> {
    if (isError(error, 'snapshot.failed'))
      return new InterphaseError('snapshot.failed', { ...error.facts, isEmpty: await takeBack() }, { cause: error.cause })
    if (isError(error, 'snapshot.differs')) return new InterphaseError('snapshot.differs', { ...error.facts, isEmpty: await takeBack() })
    return error
  }

  /**
   * Drops the created objects, if their tables contain only the rows that the command itself loads. Returns true if the database
   * is as before the command. The method does not drop objects of an earlier command, because other sessions can have used them
   * since then.
   */
  async #takeBack(ledger: LedgerWriter): Promise<boolean> {
    if (this.#resumes) return false
    try {
      const { session } = this.#connected
      await session.reset()
      const live = await this.#read()
      if ((await findTablesWithDifferentRows(this.#rowTarget(live), this.#wanted.load)).length > 0) return false
      const states = { start: this.#wanted.start, made: this.#wanted.end }
      for (const [index, text] of writeSqlToDropObjects(this.#write, live, states, this.#leniency).statements.entries())
        await session.execute(text, { file: SNAPSHOT, line: index + 1 })
      if (findSchemaMismatches(this.#wanted.start, await this.#read(), this.#leniency).length > 0) return false
      await this.#note(ledger, 'withdrawn')
      return true
    } catch {
      // An error of dropping the created objects is ignored, because the error that made the command fail explains the cause.
      return false
    }
  }

  #read(): Promise<SchemaState> {
    const { session, dialect } = this.#connected
    return readProjectSchema(session, dialect.catalog, this.#wanted.end, this.#leniency)
  }

  #rowTarget(state: SchemaState) {
    const { session, dialect } = this.#connected
    return { session, dialect, state }
  }

  get #dialect() {
    return this.#connected.dialect.name
  }

  /**
   * Calls `work` in a transaction. On a server whose DDL statements commit implicitly, the method begins and commits a
   * transaction for `work`. On every other server, the transaction of the whole creation is already open.
   */
  async #inTransaction(work: () => Promise<void>): Promise<void> {
    const { session, dialect } = this.#connected
    if (!dialect.commitsImplicitly) return work()
    await session.begin()
    try {
      await work()
      await session.commit()
    } catch (error) {
      await session.rollback()
      throw error
    }
  }
}

function refuseApplied({ config, session }: ConnectedProject, history: LedgerHistory | undefined): void {
  const last = history?.applied.at(-1)
  if (!last) return
  const objects = [`the ledger of ${config.project}, at ${last.release}`]
  throw new InterphaseError('snapshot.not-empty', { where: session.where, objects, isBegun: false, hasLedger: true })
}

function refuseOther(begun: LedgerNoteFields<'snapshot'>, { state, load }: SnapshotToBuild): void {
  const problems = [
    ...(begun.state === state ? [] : [`it began with the state ${begun.state}, and the newest recorded state is now ${state}`]),
    ...(begun.rows === load.length > 0 ? [] : [begun.rows ? 'it began with --rows' : 'it began without --rows']),
  ]
  if (problems.length > 0) throw new InterphaseError('snapshot.changed', { problems })
}

/**
 * Throws `snapshot.not-empty` if the database contains objects that the snapshot does not create. If no earlier call has begun to
 * create the schema, the function also throws `schema.differs` for any other difference from the schema before the first release.
 */
function refuseUnexpected({ session }: ConnectedProject, found: readonly Difference[], isBegun: boolean): void {
  const extra = describeDifferences(
    found.filter(({ kind }) => kind === 'added'),
    (one) => (one.kind === 'added' ? describeObject(one.object) : ''),
  )
  if (extra.length > 0) throw new InterphaseError('snapshot.not-empty', { where: session.where, objects: extra, isBegun, hasLedger: false })
  if (!isBegun && found.length > 0)
    throw new InterphaseError('schema.differs', { at: 'before the snapshot', differences: describeFound(found) })
}

function describeFound(found: readonly Difference[]): readonly string[] {
  return describeDifferences(found, (one) => describeObjectMismatch(one, { before: 'planned', after: 'found' }))
}
