import { inDatabaseOf } from './collation.ts'
import { countingOf } from './counting.ts'
import { attributesOf, counts, type Difference, differences } from './difference.ts'
import { withoutGeneratedNames } from './generated-name.ts'
import { groupsOutside, neighbourhood } from './neighbour.ts'
import { type DialectName, type GroupKey, type ObjectId, type SchemaObject, tableGroup } from './object.ts'
import { asAlteration, partitionIn, rootOf, withoutLonePartitions } from './partition.ts'
import { groupOfId, type State, without } from './state.ts'

/** Do these expressions say the same, each as a server of its major prints it? */
export type Alike = (one: string, other: string) => boolean

/** What a comparison with a live database leaves out. */
export interface Leniency {
  /** Whose states are compared: each server makes up names in its own way. */
  readonly dialect: DialectName
  /** Collations that have been the default of this database, besides the one that it has now (MySQL and MariaDB). */
  readonly collations: ReadonlySet<string>
  /** What the project names in `ignore`, a function without its arguments, and what other projects have. */
  readonly exempt: ReadonlySet<GroupKey>
  /** The schemas that are the project's besides the connection's own (PostgreSQL); absent: those that the states have objects in. */
  readonly schemas?: readonly string[]
  /** Objects that are no neighbours although the expected state does not have them. */
  readonly ours?: ReadonlySet<ObjectId>
  /** Whether a partition that came or went is a difference. What belongs to one that both sides have always is. */
  readonly partitions: 'ignore' | 'compare'
  /** False where the states were recorded on another major version: servers print view and function bodies differently. */
  readonly compareTexts: boolean
  /** Absent where both majors print expressions alike. */
  readonly alike?: Alike
  /** False for a database that was not built by the chain: there a server may have made up other names for constraints. */
  readonly compareGeneratedNames: boolean
}

/** The same for comparisons of parts of this state, of which a part alone does not tell the schemas. */
export function leniencyWithin(state: State, leniency: Leniency): Leniency {
  const outside = groupsOutside(state, leniency.schemas)
  return outside.length === 0 ? leniency : { ...leniency, exempt: new Set([...leniency.exempt, ...outside]) }
}

/** The differences between what is expected and what is there that are a reason to stop. */
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
    const ours = without(state, exempt)
    return leniency.compareGeneratedNames ? ours : withoutGeneratedNames(ours, leniency.dialect)
  }
  const neighbours = neighbourhood(before, after, leniency.ours)
  const [ours, theirs] = [compared(before), compared(after)]
  const all = differences(inDatabaseOf(theirs, ours, leniency.collations), theirs)
  const told = all.map((one) => asAlteration(one, one.kind === 'added' && isOnPartition(one.object, expected) ? expected : found))
  return told.filter(
    (difference) =>
      counts(difference) &&
      !(difference.kind === 'added' && neighbours(difference.object) !== undefined) &&
      (leniency.compareTexts || !isOnlyText(difference, leniency.alike)),
  )
}

function isOnPartition(object: SchemaObject, state: State): boolean {
  return object.kind === 'column' && partitionIn(state, object.table) !== undefined
}

/** What goes with a table that is left out: its partitions, and the sequences of its columns; and a function that is named without arguments. */
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

function isOnlyText(difference: Difference, alike: Alike | undefined): boolean {
  if (difference.kind !== 'altered') return false
  const { before, after } = difference
  return attributesOf(before, after).every((attribute) => {
    const counting = countingOf(before.kind, attribute)
    // No text tells whether two bodies do the same.
    if (counting === 'body' || counting === 'reported') return true
    return (
      alike !== undefined && counting === 'expression' && saysTheSame(Reflect.get(before, attribute), Reflect.get(after, attribute), alike)
    )
  })
}

function saysTheSame(one: unknown, other: unknown, alike: Alike): boolean {
  if (typeof one === 'string' && typeof other === 'string') return one === other || alike(one, other)
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...keys].every((key) => saysTheSame(Reflect.get(one, key), Reflect.get(other, key), alike))
}
