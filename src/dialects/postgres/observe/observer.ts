import type {
  CatalogReading,
  DatabaseSession,
  MigrationObservation,
  MigrationObserver,
  RunningMigrationObservation,
} from '../../../dialect/dialect.ts'
import { UNKNOWN_WRITTEN_TABLE } from '../../../effect/row-write.ts'
import type { SchemaGroupKey, SchemaObjectId } from '../../../schema/object.ts'
import { groupKeyOfObjectId } from '../../../schema/state.ts'
import { canStatementRunInOwnTransaction, canStatementsFillNewTable, canStatementsWriteRows } from '../text/parser.ts'
import { findPostgresRowWritesInRoutineBodies, type TablesFoundInRoutineBodies } from './body-writes.ts'
import { findRulesUncheckedByDisabledTriggers } from './disabled-triggers.ts'
import {
  addPreviousPriceAndStoreNextStatement,
  addPriceOfPreviousPostgresStatement,
  type PostgresMigrationPricing,
  startPostgresMigrationPricing,
} from './price.ts'
import { findColumnsReadByPostgresStatements } from './reads.ts'
import { findPostgresRevokedPrivileges } from './revokes.ts'
import { doStatementsOnlyDefineRowWrites, findPostgresRowWrites } from './row-writes.ts'
import { findSequencesSetByText, findSequencesSetByTransaction } from './sequences.ts'
import { findObjectsTouchedByTransaction, type ObjectTouchedByTransaction } from './traces.ts'

/**
 * Observes a migration on PostgreSQL: the groups that the migration touched, the rows that it wrote, and the price of each
 * statement. In a transaction, the observer reads the locks of the transaction and, for objects without locks, the catalog rows
 * that the transaction wrote. For statements outside a transaction, the observer reports all groups as touched.
 */
export const postgresMigrationObserver: MigrationObserver = {
  reads: findColumnsReadByPostgresStatements,
  canStatementRunInOwnTransaction: canStatementRunInOwnTransaction,
  // The observer does not skip SET statements, so the result is false. On PostgreSQL, observing a SET statement takes no additional
  // time, because a migration file runs in one transaction or contains few statements.
  setsSessionOnly: () => Promise.resolve(false),
  // Before the migration, the observer reads only the data for prices. The observer later finds the touched objects from the
  // locks and the id of the transaction.
  start: async (session, known, last) =>
    new PostgresWatch(
      session,
      known && (await startPostgresMigrationPricing(session, known, last instanceof PostgresWatch ? last.pricing : undefined)),
    ),
}

class PostgresWatch implements RunningMigrationObservation {
  readonly #session: DatabaseSession
  readonly pricing: PostgresMigrationPricing | undefined

  constructor(session: DatabaseSession, pricing: PostgresMigrationPricing | undefined) {
    this.#session = session
    this.pricing = pricing
  }

  async beforeStatement(text: string): Promise<void> {
    if (this.pricing) await addPreviousPriceAndStoreNextStatement(this.#session, this.pricing, text)
  }

  async afterStatementAlone(): Promise<void> {
    if (this.pricing) await addPriceOfPreviousPostgresStatement(this.#session, this.pricing)
  }

  async finish(statements: readonly string[], before: CatalogReading): Promise<MigrationObservation> {
    // The session sends the queries for the touched objects and for the price without waiting between them, so they take one
    // round trip.
    const bodies = await findPostgresRowWritesInRoutineBodies(statements, before)
    const [touched] = await Promise.all([touchedBy(this.#session, statements, bodies.texts, before), this.afterStatementAlone()])
    const priced = this.pricing?.priced ?? []
    const { locked, ...seen } = touched
    const mayChangeOtherGroups = statements.some((text) => LEAVES_NO_TRACE.test(text))
    const found = await findPostgresRowWrites(statements, before, locked, priced)
    const observed = withRowWritesInBodies({ ...seen, writes: found }, bodies)
    const unchecked = await findRulesUncheckedByDisabledTriggers(statements, observed.writes, before.state)
    const revokes = await findPostgresRevokedPrivileges([...statements, ...bodies.texts], before)
    return {
      ...observed,
      writes: [...observed.writes, ...unchecked],
      ...(mayChangeOtherGroups && { mayChangeOtherGroups: true as const }),
      ...(revokes.length > 0 && { revokes }),
      prices: priced.map(({ price }) => price),
    }
  }
}

type ObservedWrites = Pick<MigrationObservation, 'touched' | 'wrote' | 'writes' | 'sets'>

/** Adds the rows that the body of a DO block or routine would write on a database with other rows. */
function withRowWritesInBodies(seen: ObservedWrites, bodies: TablesFoundInRoutineBodies): ObservedWrites {
  const { groups, copied, fillsNewTable, mayConcernOtherTables } = bodies
  if (groups.size === 0 && !fillsNewTable && !mayConcernOtherTables) return seen
  const tables = [...groups]
    .map((key) => key.slice(key.indexOf(':') + 1))
    .filter((name) => !seen.writes.some(({ table }) => table === name))
  const more = mayConcernOtherTables ? [...tables, UNKNOWN_WRITTEN_TABLE] : tables
  return {
    ...seen,
    touched: mayConcernOtherTables || seen.touched === 'all' ? 'all' : [...new Set([...seen.touched, ...groups, ...copied])].sort(),
    wrote: true,
    writes: [...seen.writes, ...more.map((table) => ({ table }))],
  }
}

// Matches statements that change an object without a lock or a catalog row that shows the change. An example is a statement that
// drops the CHECK constraint of a domain. The pattern also matches DO blocks and calls of routines. After a statement that
// matches, the engine reads the whole schema.
const LEAVES_NO_TRACE =
  /\b(?:domain|operator|search|publication|aggregate|cast|conversion|transform|language|collation|comment|trigger|method|depends|extension|rule|statistics|view|do|call|execute)\b/i

interface Touched extends Pick<MigrationObservation, 'touched' | 'wrote' | 'sets'> {
  /**
   * The groups of schema objects in which the transaction wrote rows. The field is absent for statements outside a transaction.
   */
  readonly locked?: readonly SchemaGroupKey[]
}

async function touchedBy(
  session: DatabaseSession,
  statements: readonly string[],
  bodies: readonly string[],
  before: CatalogReading,
): Promise<Touched> {
  // A statement outside a transaction has already released its locks when the observer reads them. The locks then do not show
  // which tables the statement touched.
  if (!(await session.intact())) {
    return {
      touched: 'all',
      wrote: await canStatementsWriteRows(statements),
      ...setting(findSequencesSetByText({ statements, bodies, before, isOddlyLocked: false })),
    }
  }
  const traces = await findObjectsTouchedByTransaction(session, before)
  // `traces` contains the objects that the transaction locked or changed. The group of each object counts as touched. For a table
  // with the same name and identifier as before, no other group counts as touched. For every other object, the groups to which its
  // identifier belonged before also count as touched.
  const strangers = traces.filter(({ identity, group }) => !group?.startsWith('table:') || before.identities.get(group) !== identity)
  const known = groupsOf(before, new Set(strangers.map(({ identity }) => identity)))
  const renamedSchema = traces.some(({ group, identity }) => group?.startsWith('schema:') && known.has(identity))
  const groups = new Set<SchemaGroupKey>()
  for (const { identity, group } of traces) {
    for (const key of [group, ...(known.get(identity) ?? [])]) if (key !== null && !isOurs(key)) groups.add(key)
  }
  const isLocked = traces.some(({ written: isWritten, group, identity }) => {
    return isWritten && (group === null ? known.has(identity) : !isOurs(group))
  })
  const byLock = isLocked && !(await doStatementsOnlyDefineRowWrites(statements))
  const wrote = byLock || (await truncates(statements)) || (await fillsNewTable(statements)) || dropsPartition(traces, known, before)
  const isOddlyLocked = !wrote && traces.some(({ group }) => group?.startsWith('sequence:'))
  const sets = await findSequencesSetByTransaction(session, { statements, bodies, before, isOddlyLocked }, traces)
  return {
    touched: renamedSchema ? 'all' : [...groups].sort(),
    wrote,
    locked: isLocked && !byLock ? [] : writtenGroups(traces, known, before),
    ...setting(sets),
  }
}

function setting(sets: readonly SchemaObjectId[]): Pick<MigrationObservation, 'sets'> {
  return sets.length > 0 ? { sets } : {}
}

function writtenGroups(
  traces: readonly ObjectTouchedByTransaction[],
  known: ReadonlyMap<string, readonly SchemaGroupKey[]>,
  before: CatalogReading,
): readonly SchemaGroupKey[] {
  const found = traces.flatMap(({ written: isWritten, identity, group }) => {
    if (!isWritten) return []
    // For a table that the migration renamed or dropped, the result contains the group of the old name.
    const old = (known.get(identity) ?? []).filter((key) => before.state.groups.has(key))
    return group === null || !before.state.groups.has(group) ? [...old, ...(group === null ? [] : [group])] : [group]
  })
  return [...new Set(found)].filter((key) => !isOurs(key)).sort()
}

/**
 * Returns true when a statement dropped a partition. A dropped partition counts as a write, because its rows were rows of the
 * partitioned table.
 */
function dropsPartition(
  traces: readonly ObjectTouchedByTransaction[],
  known: ReadonlyMap<string, readonly SchemaGroupKey[]>,
  before: CatalogReading,
): boolean {
  return traces
    .filter(({ kind, group }) => kind === 'relation' && group === null)
    .some(({ identity }) => known.get(identity)?.some((key) => before.state.groups.get(key)?.has(`partition:${nameOfGroup(key)}`)))
}

function nameOfGroup(key: SchemaGroupKey): string {
  return key.slice(key.indexOf(':') + 1)
}

// Returns true when one of the statements is TRUNCATE. The lock alone does not show TRUNCATE, because ALTER TABLE acquires the
// same lock.
async function truncates(statements: readonly string[]): Promise<boolean> {
  const suspects = statements.filter((text) => /\btruncate\b/i.test(text))
  return suspects.length > 0 && canStatementsWriteRows(suspects)
}

// Returns true when one of the statements fills the table that it creates. The server acquires no lock for these rows that differs
// from the lock of a CREATE TABLE without rows.
async function fillsNewTable(statements: readonly string[]): Promise<boolean> {
  const suspects = statements.filter((text) => /\bcreate\b[\s\S]*\btable\b[\s\S]*\bas\b|\bselect\b[\s\S]*\binto\b/i.test(text))
  return suspects.length > 0 && canStatementsFillNewTable(suspects)
}

function isOurs(key: SchemaGroupKey): boolean {
  return /^\w+:(.*\.)?interphase_/.test(key)
}

/**
 * Returns, by the identifier of an object, the groups to which the object belonged before the statements. With the identifier,
 * the observer finds dropped and renamed objects.
 */
function groupsOf(before: CatalogReading, identities: ReadonlySet<string>): Map<string, SchemaGroupKey[]> {
  const groups = new Map<string, SchemaGroupKey[]>()
  if (identities.size === 0) return groups
  for (const [id, identity] of before.identities) {
    if (identities.has(identity)) groups.set(identity, [...(groups.get(identity) ?? []), ownGroup(before, id)])
  }
  return groups
}

// Returns the group of a schema object. The id of an opaque object does not show whether the object is a part of a table, so the
// function searches the groups.
function ownGroup(before: CatalogReading, id: SchemaObjectId): SchemaGroupKey {
  const group = groupKeyOfObjectId(id)
  if (before.state.groups.get(group)?.has(id)) return group
  for (const [key, objects] of before.state.groups) if (objects.has(id)) return key
  return group
}
