import { UNKNOWN_WRITTEN_TABLE } from '../effect/row-write.ts'
import { isDataStep, type Migration, type Release } from '../release/migration.ts'
import { migrationsInAuthoredOrder, migrationsInPhasedOrder } from '../release/order.ts'
import { compareFootprint, type FootprintDifference, type RowAccessOfDataStep } from '../schema/cover.ts'
import { describeDifferences, describeObjectChange, describeObjectMismatch } from '../schema/describe.ts'
import {
  type Difference,
  differences,
  groupKeysOfDifference,
  isDifferenceThatCounts,
  objectBeforeDifference,
} from '../schema/difference.ts'
import { type ColumnObject, formatObjectName, groupKeyOf, objectIdOf, type SchemaObject, tableGroupKey } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import type { ExecutionTrace, ExecutionTracesOfOrders, FailedMigrationWithError, ObservedMigration, RowsOfTable } from '../state/trace.ts'
import { SwappedMigrationPairFinder } from './culprit.ts'
import { listSwappedMigrations, type SwappedMigrations } from './flips.ts'
import { compareTableRows } from './rows.ts'

/** One reason why phased order and authored order do not lead to the same result. */
export interface SoundnessFinding {
  readonly kind: 'fails' | 'does not find' | 'ends otherwise' | 'other rows'
  /**
   * The migration that fails in phased order, or the data step that finds a schema for which it was not written. If the two
   * orders only end differently, the field contains the one of the two swapped migrations that runs later in phased order.
   */
  readonly migration?: Migration
  readonly flip?: SwappedMigrations
  readonly object?: string
  readonly says: string
  readonly remedy: string
}

/**
 * The result of the proof. A release without findings is sound. `reported` contains sentences about facts that do not make a
 * release unsound.
 */
export interface SoundnessReport {
  readonly findings: readonly SoundnessFinding[]
  readonly reported: readonly string[]
}

const SIDES = { before: 'in authored order', after: 'in phased order' }

/**
 * Compares the traces of a release in authored and in phased order. Returns a finding for each difference, with the migrations
 * that cause the difference. The function compares the rows only if both orders ended in the same schema. A release without
 * findings is sound.
 */
export function checkSoundness(release: Release, orders: ExecutionTracesOfOrders): SoundnessReport {
  const { authored, phased } = orders.outcome === 'one order' ? { authored: orders.both, phased: orders.both } : orders
  const flips = listSwappedMigrations(migrationsInAuthoredOrder(release), migrationsInPhasedOrder(release))
  const judge = new Judge(new SwappedMigrationPairFinder(flips, authored, phased), authored, phased)
  const covers = dataSteps(authored, phased).map(([known, planned]) => judge.dataStep(known, planned.before))
  const end = phased.failed ? judge.failure(phased.failed) : judge.end()
  const rows = orders.outcome === 'both ran' && end.length === 0 ? judge.rows(orders.authored.rows, orders.phased.rows) : []
  return {
    findings: [...covers.flatMap((one) => one.findings), ...end, ...rows],
    reported: [
      ...covers.flatMap((one) => one.reported),
      ...unexercised(authored),
      ...fewBatches(authored),
      ...alsoFired(authored),
      ...columnOrder(authored, phased),
    ],
  }
}

/**
 * Compares what the engine observed in authored order and in phased order, and determines the migrations that cause each
 * difference.
 */
class Judge {
  readonly #culprits: SwappedMigrationPairFinder
  readonly #authored: ExecutionTrace
  readonly #phased: ExecutionTrace

  constructor(culprits: SwappedMigrationPairFinder, authored: ExecutionTrace, phased: ExecutionTrace) {
    this.#culprits = culprits
    this.#authored = authored
    this.#phased = phased
  }

  /**
   * Explains a migration that failed in phased order. A missing or changed object explains the failure better than the message of
   * the server. The method uses only the message if no object is missing or changed.
   */
  failure(failed: FailedMigrationWithError): readonly SoundnessFinding[] {
    const { migration, problem } = failed
    const known = this.#authored.entries.find((entry) => entry.migration.id === migration.id)
    const gaps = known ? wholeTables(compareFootprint(known.before, this.#phased.end, groupsAround(known)).conflicts) : []
    const flip = this.#culprits.ofFailure(
      migration,
      problem,
      gaps.map((gap) => gap.object),
    )
    const blamed = gaps.filter((gap) => this.#culprits.ofMissing(migration, gap.object)?.first === flip?.first)
    // In phased order, a migration can fail because several objects are missing, some of them because of a third migration. If the
    // two swapped migrations are known, the message names an object that is missing because of these two migrations.
    const [gap] = flip ? blamed : gaps
    const finds = gap ? `; in phased order, ${gap.says}` : ''
    return [
      {
        kind: 'fails',
        migration,
        ...(flip ? { flip } : {}),
        ...(gap ? { object: formatObjectName(gap.object) } : {}),
        says: `${migration.id} fails in phased order, but not in authored order: ${problem}${finds}${this.#changing(flip, migration)}`,
        remedy: remedyFor(flip, gap?.object, this.#makes(flip, gap)),
      },
    ]
  }

  dataStep(
    known: ObservedMigration,
    planned: SchemaState,
  ): { readonly findings: readonly SoundnessFinding[]; readonly reported: readonly string[] } {
    const { migration, despiteKnownState } = known
    const { conflicts, reported } = compareFootprint(known.before, planned, known.footprint, rowAccessOf(known))
    if (despiteKnownState) {
      const borne = wholeTables(conflicts).map(
        (gap) => `${migration.id}: ${gap.says}; the file declares this, because ${despiteKnownState.because}`,
      )
      const idle =
        borne.length === 0
          ? [
              `${migration.id} declares \`despite known-state\`, but finds the schema that it was written for: the declaration is not needed`,
            ]
          : []
      return { findings: [], reported: [...borne, ...idle, ...reported.map((gap) => `${migration.id}: ${gap.says}`)] }
    }
    return {
      findings: wholeTables(conflicts).map((gap) => {
        const flip = this.#culprits.ofMissing(migration, gap.object)
        return {
          kind: 'does not find',
          migration,
          ...(flip ? { flip } : {}),
          object: formatObjectName(gap.object),
          says: `${migration.id} does not find the schema that it was written for: ${gap.says}${this.#changing(flip, migration)}`,
          remedy: remedyForStep(migration, flip, gap.object, this.#makes(flip, gap)),
        }
      }),
      reported: reported.map((gap) => `${migration.id}: ${gap.says}`),
    }
  }

  end(): readonly SoundnessFinding[] {
    return wholeOnly(differences(this.#authored.end, this.#phased.end).filter(isDifferenceThatCounts)).map((difference) => {
      const object = objectBeforeDifference(difference)
      const flip = this.#culprits.ofObject(object, ...(difference.kind === 'altered' ? [difference.after] : []))
      return {
        kind: 'ends otherwise',
        ...(flip ? { flip, migration: flip.first } : {}),
        object: formatObjectName(object),
        says: `${describeObjectMismatch(difference, SIDES)}${this.#changing(flip)}`,
        remedy: remedyFor(flip),
      }
    })
  }

  rows(authored: readonly RowsOfTable[], phased: readonly RowsOfTable[]): readonly SoundnessFinding[] {
    return compareTableRows(authored, phased).map(({ table, says }) => {
      const flip = this.#culprits.ofRows(`table:${table}`)
      return {
        kind: 'other rows',
        ...(flip ? { flip, migration: flip.first } : {}),
        object: `table ${table}`,
        says: `${says}${this.#changing(flip)}`,
        remedy: remedyFor(flip),
      }
    })
  }

  /**
   * Returns a text about two migrations that phased order runs in another order than authored order, such as `(in phased order, B
   * runs before A; A: ~ table item is now table part)`. Returns an empty text if `flip` is undefined.
   */
  #changing(flip: SwappedMigrations | undefined, about?: Migration): string {
    if (!flip) return ''
    const told = about === undefined ? [flip.first, flip.second] : [flip.first.id === about.id ? flip.second : flip.first]
    const does = told.flatMap((migration) => {
      const lines = describeDifferences(this.#stepsOf(migration), describeObjectChange)
      return lines.length === 0 ? [] : [`${migration.id}: ${shortened(lines).join(', ')}`]
    })
    return ` (in phased order, ${flip.second.id} runs before ${flip.first.id}${does.map((line) => `; ${line}`).join('')})`
  }

  #stepsOf(migration: Migration): readonly Difference[] {
    return this.#authored.entries.find((entry) => entry.migration.id === migration.id)?.steps.flat() ?? []
  }

  /**
   * Returns true if the migration `first` of two swapped migrations creates the object that the other migration does not find in
   * phased order.
   */
  #makes(flip: SwappedMigrations | undefined, gap: FootprintDifference | undefined): boolean {
    return (
      flip !== undefined &&
      gap !== undefined &&
      this.#stepsOf(flip.first).some((one) => one.kind === 'added' && objectIdOf(one.object) === objectIdOf(gap.object))
    )
  }
}

// The largest number of schema changes of one migration that a message contains. The recorded states contain all changes.
const SHOWN = 3

function shortened(lines: readonly string[]): readonly string[] {
  return lines.length > SHOWN ? [...lines.slice(0, SHOWN), `and ${lines.length - SHOWN} more`] : lines
}

/**
 * Returns the columns that a data step reads, and the columns whose default the data step uses. An UPDATE uses only the defaults
 * of the columns that it writes. Returns undefined if the read columns are unknown.
 */
function rowAccessOf({ reads, writes }: ObservedMigration): RowAccessOfDataStep | undefined {
  if (reads === undefined) return undefined
  const usesDefault = ({ table, name }: ColumnObject) =>
    writes.some((write) => [table, UNKNOWN_WRITTEN_TABLE].includes(write.table) && (write.columns?.includes(name) ?? true))
  return { reads, usesDefault }
}

function groupsAround(known: ObservedMigration): readonly string[] {
  return [...new Set([...known.footprint, ...known.steps.flat().flatMap(groupKeysOfDifference)])]
}

/**
 * Removes the columns, keys and indexes of a missing table from a list of missing objects, because the missing table explains
 * them.
 */
function wholeTables(gaps: readonly FootprintDifference[]): readonly FootprintDifference[] {
  const tables = new Set(gaps.flatMap(({ object }) => (standsForAll(object) ? [groupKeyOf(object)] : [])))
  return gaps.filter(({ object }) => standsForAll(object) || !tables.has(groupKeyOf(object)))
}

function standsForAll({ kind }: SchemaObject): boolean {
  return kind === 'table' || kind === 'partition'
}

/**
 * Returns the remedy for a swapped pair of migrations. One remedy always applies: moving the second change to a new release. If
 * the first migration creates the object that the second migration needs, another remedy is creating the object in expand.
 */
function remedyFor(flip: SwappedMigrations | undefined, object?: SchemaObject, isMade = false): string {
  if (!flip) return 'find the two migrations of the release that change this object, and move the later one to a new release'
  const split = `keep ${flip.first.change} in this release, and move ${flip.second.change} and all changes after it to a new release`
  if (!isMade || object === undefined) return split
  return `either create ${formatObjectName(object)} in an expand instead of in ${flip.first.id}, or ${split}`
}

/**
 * Returns the remedy for a data step that finds another schema in phased order. One remedy is a lower number for the data step.
 * With the lower number, the data step runs before the other change in both orders.
 */
function remedyForStep(step: Migration, flip: SwappedMigrations | undefined, object: SchemaObject, isMade: boolean): string {
  const bears = `if the data step does not need ${formatObjectName(object)}, add this comment with your reason to its file: -- interphase: despite known-state because …`
  if (flip?.second.id !== step.id) return `${remedyFor(flip, object, isMade)}; ${bears}`
  const lower = `give ${step.file} a lower number than ${flip.first.change}, so that it runs before this change in both orders`
  const rest = remedyFor(flip, object, isMade)
  return isMade ? `${rest}; or ${lower}; or, ${bears}` : `${lower}; or ${rest}; or, ${bears}`
}

/** Returns the data steps that ran in both orders, each with its observation in authored order and in phased order. */
function dataSteps(authored: ExecutionTrace, phased: ExecutionTrace): readonly (readonly [ObservedMigration, ObservedMigration])[] {
  return authored.entries.flatMap((known) => {
    const planned = phased.entries.find((entry) => entry.migration.id === known.migration.id)
    return planned && isDataStep(known.migration) ? [[known, planned] as const] : []
  })
}

/**
 * Returns a sentence for each data step that writes rows, but changed no sample row that the server counted. The server counts no
 * rows for a DO block or a routine, so such a data step has a sentence even if it changed sample rows.
 */
function unexercised(authored: ExecutionTrace): readonly string[] {
  return authored.entries
    .filter((entry) => isDataStep(entry.migration) && entry.wrote && entry.affected === 0)
    .map(
      (entry) =>
        `${entry.migration.id} changed no sample row that the server counted, so the proof may not have tested it. Add sample rows to ${rowsDirectoryOf(entry.migration)}`,
    )
}

/** Returns the directory of the sample rows of the release of a migration, such as `releases/2026.1/rows/`. */
function rowsDirectoryOf({ file }: Migration): string {
  return `${file.slice(0, file.lastIndexOf('/') + 1)}rows/`
}

/** Returns a sentence for each data step in batches whose table had too few rows for a second batch. */
function fewBatches(authored: ExecutionTrace): readonly string[] {
  return authored.entries
    .filter(({ batches }) => batches !== undefined && batches < 2)
    .map(
      ({ migration, batches }) =>
        `${migration.id} found ${batches === 1 ? 'one row' : 'no row'} to change, so it was not tested in several batches. Add sample rows to ${rowsDirectoryOf(migration)}`,
    )
}

/**
 * Returns a sentence for each action that the server performs when a data step in batches writes a row. Such an action is a
 * trigger that fires, or a column with ON UPDATE that changes.
 */
function alsoFired(authored: ExecutionTrace): readonly string[] {
  return authored.entries
    .filter(({ batches }) => batches !== undefined)
    .flatMap(({ migration, before, writes }) =>
      [...new Set(writes.map(({ table }) => table))].flatMap((table) => {
        const columns = new Set(writes.flatMap((write) => (write.table === table ? (write.columns ?? []) : [])))
        // The kinds of writes for which triggers can fire. A write without named columns is an INSERT, or a write of a trigger
        // whose columns are unknown. For such a write, the code considers the triggers for INSERT and for UPDATE.
        const events = columns.size > 0 ? ['update'] : ['insert', 'update']
        return [...(before.groups.get(tableGroupKey(table))?.values() ?? [])].flatMap((object) => {
          if (object.kind === 'trigger' && object.enabled === undefined && events.some((event) => object.fires.includes(event)))
            return [`${migration.id}: ${formatObjectName(object)} fires for each row that the step writes`]
          if (object.kind === 'column' && object.onUpdate !== undefined && columns.size > 0 && !columns.has(object.name))
            return [
              `${migration.id}: ${formatObjectName(object)} changes with each row that the step writes. To keep its value, set the column to itself in the statement`,
            ]
          return []
        })
      }),
    )
}

/**
 * Removes the columns, keys and indexes of an added or removed table from a list of differences, because the difference of the
 * table explains them.
 */
function wholeOnly(all: readonly Difference[]): readonly Difference[] {
  const whole = new Set(
    all.filter((one) => one.kind !== 'altered' && standsForAll(objectBeforeDifference(one))).flatMap(groupKeysOfDifference),
  )
  return all.filter(
    (one) =>
      one.kind === 'altered' || standsForAll(objectBeforeDifference(one)) || !groupKeysOfDifference(one).every((group) => whole.has(group)),
  )
}

function columnOrder(authored: ExecutionTrace, phased: ExecutionTrace): readonly string[] {
  return differences(authored.end, phased.end)
    .filter((one) => !isDifferenceThatCounts(one) && objectBeforeDifference(one).kind === 'table')
    .filter((one) => one.kind === 'altered' && ordered(one.before) !== ordered(one.after))
    .map(
      (one) =>
        `${formatObjectName(objectBeforeDifference(one))}: the order of its columns differs between the two orders; the proof does not cover statements that rely on it`,
    )
}

function ordered(object: SchemaObject): string {
  return object.kind === 'table' ? object.columns.join() : ''
}
