import { withCollationsOf } from './collation.ts'
import { countingOf } from './counting.ts'
import { attributesOf, type Difference, differences, isRealDifference } from './difference.ts'
import { withoutGeneratedNames } from './generated-name.ts'
import { groupsOutside, neighbourReason } from './neighbour.ts'
import { type DialectName, type GroupKey, type ObjectId, type SchemaObject, tableGroup } from './object.ts'
import { asAlteration, partitionIn, rootOf, withoutLonePartitions } from './partition.ts'
import { groupOfId, type State, withoutGroups } from './state.ts'

/** Decides whether two expressions mean the same, where each is printed by a server of its own major version. */
export type SameExpression = (one: string, other: string) => boolean

/** The differences that a comparison with a live database ignores. */
export interface Leniency {
  /** The server of both states, because each server generates names in its own way. */
  readonly dialect: DialectName
  /** The former default collations of this database, besides its present one (MySQL and MariaDB). */
  readonly collations: ReadonlySet<string>
  /**
   * The groups that the comparison leaves out: those in the setting `ignore`, and those of other projects. A function in `ignore` has
   * no argument types.
   */
  readonly exempt: ReadonlySet<GroupKey>
  /** The project's schemas besides the connection's own (PostgreSQL). If absent, the schemas in which the states have objects. */
  readonly schemas?: readonly string[]
  /** The objects that belong to the project although the expected state does not have them. */
  readonly ours?: ReadonlySet<ObjectId>
  /** Whether an added or removed partition is a difference. Objects of a partition that both sides have are always compared. */
  readonly partitions: 'ignore' | 'compare'
  /** False if another major version recorded the states. Major versions print view and function bodies differently. */
  readonly compareTexts: boolean
  /** Compares expressions that two major versions printed. Absent if both versions print expressions in the same way. */
  readonly sameExpression?: SameExpression
  /** False for a database that the releases did not build. Its server may have generated other names for constraints. */
  readonly compareGeneratedNames: boolean
}

/**
 * Returns the same leniency for comparisons of parts of this state. The schemas are fixed here, because a part alone does not show
 * them all.
 */
export function leniencyWithin(state: State, leniency: Leniency): Leniency {
  const outside = groupsOutside(state, leniency.schemas)
  return outside.length === 0 ? leniency : { ...leniency, exempt: new Set([...leniency.exempt, ...outside]) }
}

/** Returns the differences between the expected and the live schema that must stop a run. */
export function mismatches(expected: State, found: State, leniency: Leniency): readonly Difference[] {
  const [before, after] = leniency.partitions === 'ignore' ? withoutLonePartitions(expected, found) : [expected, found]
  const outside = [expected, found].flatMap((state) => groupsOutside(state, leniency.schemas))
  const exempt = new Set([
    ...leniency.exempt,
    ...outside,
    ...followersOf(leniency.exempt, expected),
    ...followersOf(leniency.exempt, found),
  ])
  const compared = (state: State) => {
    const ours = withoutGroups(state, exempt)
    return leniency.compareGeneratedNames ? ours : withoutGeneratedNames(ours, leniency.dialect)
  }
  const neighbours = neighbourReason(before, after, leniency.ours)
  const [ours, theirs] = [compared(before), compared(after)]
  const all = differences(withCollationsOf(theirs, ours, leniency.collations), theirs)
  const told = all.map((one) => asAlteration(one, one.kind === 'added' && isOnPartition(one.object, expected) ? expected : found))
  return told.filter(
    (difference) =>
      isRealDifference(difference) &&
      !(difference.kind === 'added' && neighbours(difference.object) !== undefined) &&
      (leniency.compareTexts || !isOnlyText(difference, leniency.sameExpression)),
  )
}

function isOnPartition(object: SchemaObject, state: State): boolean {
  return object.kind === 'column' && partitionIn(state, object.table) !== undefined
}

/**
 * Returns the groups that are left out together with these: the partitions of a table, the sequences of its columns, and all functions
 * of a name without argument types.
 */
function followersOf(exempt: ReadonlySet<GroupKey>, state: State): readonly GroupKey[] {
  if (exempt.size === 0) return []
  const isExempt = (key: GroupKey | undefined): boolean => key !== undefined && exempt.has(key)
  return [...state.groups].flatMap(([key, group]) => {
    const named = key.startsWith('function:') && exempt.has(key.slice(0, key.indexOf('(')))
    const follows = [...group.values()].some((object) => {
      if (object.kind === 'partition') return isExempt(tableGroup(rootOf(state, object)))
      return object.kind === 'sequence' && object.ownedBy !== undefined && isExempt(groupOfId(object.ownedBy))
    })
    return named || follows ? [key] : []
  })
}

function isOnlyText(difference: Difference, sameExpression: SameExpression | undefined): boolean {
  if (difference.kind !== 'altered') return false
  const { before, after } = difference
  return attributesOf(before, after).every((attribute) => {
    const counting = countingOf(before.kind, attribute)
    // The bodies of views and functions cannot be compared across major versions.
    if (counting === 'body' || counting === 'reported') return true
    return (
      sameExpression !== undefined &&
      counting === 'expression' &&
      saysTheSame(Reflect.get(before, attribute), Reflect.get(after, attribute), sameExpression)
    )
  })
}

function saysTheSame(one: unknown, other: unknown, sameExpression: SameExpression): boolean {
  if (typeof one === 'string' && typeof other === 'string') return one === other || sameExpression(one, other)
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...keys].every((key) => saysTheSame(Reflect.get(one, key), Reflect.get(other, key), sameExpression))
}
