import { replaceDefaultCollations } from './collation.ts'
import { comparisonModeOfObjectProperty } from './counting.ts'
import {
  areSchemaStatesIdentical,
  type Difference,
  differences,
  isDifferenceThatCounts,
  namesOfDifferingObjectProperties,
} from './difference.ts'
import { replaceGeneratedNames } from './generated-name.ts'
import { isForeignKeyIndexNameDifference, isRemainingForeignKeyIndex } from './key-index.ts'
import { groupKeysOutsideSchemas, makeNeighbourReasonFinder } from './neighbour.ts'
import { type DialectName, type SchemaGroupKey, type SchemaObject, type SchemaObjectId, tableGroupKey } from './object.ts'
import { findPartitionInState, removeUnsharedPartitions, toInheritedColumnAlteration, topPartitionedTable } from './partition.ts'
import { groupKeyOfObjectId, removeGroupsFromState, type SchemaState } from './state.ts'

/**
 * A function that returns true if two expressions have the same meaning. Servers of two different major versions printed the
 * expressions.
 */
export type IsSameExpression = (one: string, other: string) => boolean

/**
 * The settings of a comparison between an expected state and a live schema. They determine which differences the comparison
 * ignores.
 */
export interface SchemaComparisonSettings {
  /** The server of both compared states. Each server has its own rules for generated names. */
  readonly dialect: DialectName
  /** The former default collations of the live database, on MySQL and MariaDB. */
  readonly collations: ReadonlySet<string>
  /**
   * The keys of the groups of schema objects that the comparison ignores: the groups in the setting `ignore`, and the groups of
   * other projects. The key of a function in `ignore` has no argument types, and stands for all functions with the name.
   */
  readonly exempt: ReadonlySet<SchemaGroupKey>
  /**
   * The schemas of the project besides the default schema of the connection, on PostgreSQL. The comparison ignores objects in
   * other schemas. If the field is absent, it compares objects in all schemas of the states.
   */
  readonly schemas?: readonly string[]
  /**
   * The ids of objects that belong to the project although the expected state does not contain them. The comparison never takes
   * them for objects of other applications.
   */
  readonly ours?: ReadonlySet<SchemaObjectId>
  /**
   * The indexes that the server created for foreign keys in any recorded state of the chain, on MySQL and MariaDB, as
   * `indexesOfMysqlForeignKeys` writes them. A database that was restored from a dump can contain such an index longer than planned.
   */
  readonly foreignKeyIndexes?: ReadonlySet<string>
  /**
   * True if the comparison includes the indexes of foreign keys on MySQL and MariaDB, although a restored database can contain them
   * under other names. `adopt` uses the field to find the states that a database equals exactly.
   */
  readonly compareForeignKeyIndexes?: true
  /**
   * Determines if a partition that only one of the two states contains counts as a difference. If both states contain a partition,
   * the comparison always includes its objects.
   */
  readonly partitions: 'ignore' | 'compare'
  /**
   * True if the texts of views, functions and expressions must be equal. The value is false if a server of another major version
   * recorded the states, because major versions print these texts differently.
   */
  readonly compareTexts: boolean
  /**
   * Compares the meaning of two expressions if `compareTexts` is false. The field is absent on MySQL and MariaDB. It is also absent
   * if both servers print expressions in the same way.
   */
  readonly sameExpression?: IsSameExpression
  /**
   * True if the comparison includes generated names. The value is false for a database that the releases did not create, because
   * its server can have generated other names for constraints.
   */
  readonly compareGeneratedNames: boolean
}

/**
 * Returns the settings for comparisons that compare only parts of the state `state`. The settings ignore all groups outside the
 * schemas of the project. The function finds these groups in the whole state, because a part does not contain all schemas.
 */
export function schemaComparisonSettingsForPartsOf(state: SchemaState, leniency: SchemaComparisonSettings): SchemaComparisonSettings {
  const outside = groupKeysOutsideSchemas(state, leniency.schemas)
  return outside.length === 0 ? leniency : { ...leniency, exempt: new Set([...leniency.exempt, ...outside]) }
}

/** Returns the differences between the expected and the live schema that must stop a run. */
export function findSchemaMismatches(expected: SchemaState, found: SchemaState, leniency: SchemaComparisonSettings): readonly Difference[] {
  // The two compared states are usually equal. A comparison of all properties of their objects detects equal states faster than
  // the computation of the differences.
  if (areSchemaStatesIdentical(expected, found)) return []
  const [before, after] = leniency.partitions === 'ignore' ? removeUnsharedPartitions(expected, found) : [expected, found]
  const outside = [expected, found].flatMap((state) => groupKeysOutsideSchemas(state, leniency.schemas))
  const exempt = new Set([
    ...leniency.exempt,
    ...outside,
    ...followersOf(leniency.exempt, expected),
    ...followersOf(leniency.exempt, found),
  ])
  const compared = (state: SchemaState) => {
    const ours = removeGroupsFromState(state, exempt)
    return leniency.compareGeneratedNames ? ours : replaceGeneratedNames(ours, leniency.dialect)
  }
  const neighbours = makeNeighbourReasonFinder(before, after, leniency.ours)
  const [ours, theirs] = [compared(before), compared(after)]
  const all = differences(replaceDefaultCollations(theirs, ours, leniency.collations), theirs)
  const told = all.map((one) =>
    toInheritedColumnAlteration(one, one.kind === 'added' && isOnPartition(one.object, expected) ? expected : found),
  )
  return told.filter(
    (difference) =>
      isDifferenceThatCounts(difference) &&
      !isOnlyForeignKeyIndex(difference, ours, theirs, leniency) &&
      !(difference.kind === 'added' && neighbours(difference.object) !== undefined) &&
      (leniency.compareTexts || !isOnlyText(difference, leniency.sameExpression)),
  )
}

function isOnlyForeignKeyIndex(
  difference: Difference,
  before: SchemaState,
  after: SchemaState,
  { dialect, foreignKeyIndexes = new Set(), compareForeignKeyIndexes }: SchemaComparisonSettings,
): boolean {
  if (dialect === 'postgres' || compareForeignKeyIndexes) return false
  return (
    isForeignKeyIndexNameDifference(difference, before, after) || isRemainingForeignKeyIndex(difference, before, after, foreignKeyIndexes)
  )
}

function isOnPartition(object: SchemaObject, state: SchemaState): boolean {
  return object.kind === 'column' && findPartitionInState(state, object.table) !== undefined
}

/**
 * Returns the keys of the groups that the comparison ignores because of another ignored group. These are the partitions of an
 * ignored table, the sequences of its columns, and all functions with an ignored name.
 */
function followersOf(exempt: ReadonlySet<SchemaGroupKey>, state: SchemaState): readonly SchemaGroupKey[] {
  if (exempt.size === 0) return []
  const isExempt = (key: SchemaGroupKey | undefined): boolean => key !== undefined && exempt.has(key)
  return [...state.groups].flatMap(([key, group]) => {
    const named = key.startsWith('function:') && exempt.has(key.slice(0, key.indexOf('(')))
    const follows = [...group.values()].some((object) => {
      if (object.kind === 'partition') return isExempt(tableGroupKey(topPartitionedTable(state, object)))
      return object.kind === 'sequence' && object.ownedBy !== undefined && isExempt(groupKeyOfObjectId(object.ownedBy))
    })
    return named || follows ? [key] : []
  })
}

function isOnlyText(difference: Difference, sameExpression: IsSameExpression | undefined): boolean {
  if (difference.kind !== 'altered') return false
  const { before, after } = difference
  return namesOfDifferingObjectProperties(before, after).every((property) => {
    const counting = comparisonModeOfObjectProperty(before.kind, property)
    // Two major versions of a server print the bodies of views and functions differently. A different body is therefore no
    // mismatch.
    if (counting === 'body' || counting === 'reported') return true
    return (
      sameExpression !== undefined &&
      counting === 'expression' &&
      saysTheSame(Reflect.get(before, property), Reflect.get(after, property), sameExpression)
    )
  })
}

function saysTheSame(one: unknown, other: unknown, sameExpression: IsSameExpression): boolean {
  if (typeof one === 'string' && typeof other === 'string') return one === other || sameExpression(one, other)
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...keys].every((key) => saysTheSame(Reflect.get(one, key), Reflect.get(other, key), sameExpression))
}
