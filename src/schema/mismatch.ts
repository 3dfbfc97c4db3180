import { isReported } from './canonical.ts'
import { attributesOf, counts, type Difference, differences } from './difference.ts'
import { withoutGeneratedNames } from './generated-name.ts'
import type { DialectName, GroupKey } from './object.ts'
import { withoutLonePartitions } from './partition.ts'
import { type State, without } from './state.ts'

/** Do these expressions say the same, each as a server of its major prints it? */
export type Alike = (one: string, other: string) => boolean

/** What a comparison with a live database leaves out. */
export interface Leniency {
  /** Whose states are compared: each server makes up names in its own way. */
  readonly dialect: DialectName
  /** Tables that the project names in `ignore`, and those of other projects. */
  readonly exempt: ReadonlySet<GroupKey>
  /** Whether a partition that came or went is a difference. What belongs to one that both sides have always is. */
  readonly partitions: 'ignore' | 'compare'
  /** False where the states were recorded on another major version: servers print view and function bodies differently. */
  readonly compareTexts: boolean
  /** Absent where both majors print expressions alike. */
  readonly alike?: Alike
  /** False for a database that was not built by the chain: there a server may have made up other names for constraints. */
  readonly compareGeneratedNames: boolean
}

/** The differences between what is expected and what is there that are a reason to stop. */
export function mismatches(expected: State, found: State, leniency: Leniency): readonly Difference[] {
  const [before, after] = leniency.partitions === 'ignore' ? withoutLonePartitions(expected, found) : [expected, found]
  const compared = (state: State) => {
    const ours = without(state, leniency.exempt)
    return leniency.compareGeneratedNames ? ours : withoutGeneratedNames(ours, leniency.dialect)
  }
  return differences(compared(before), compared(after)).filter(
    (difference) => counts(difference) && (leniency.compareTexts || !isOnlyText(difference, leniency.alike)),
  )
}

// Bodies are printed differently by every other major, and no text tells whether two of them do the same.
const BODIES: ReadonlySet<string> = new Set(['view.definition', 'function.definition'])

const EXPRESSIONS: ReadonlySet<string> = new Set([
  'table.partitioning',
  'partition.partitioning',
  'partition.bound',
  'column.default',
  'column.generated',
  'check.expression',
  'index.keys',
  'index.predicate',
  'trigger.action',
  'policy.definition',
  'domain.default',
  'domain.checks',
])

function isOnlyText(difference: Difference, alike: Alike | undefined): boolean {
  if (difference.kind !== 'altered') return false
  const { before, after } = difference
  return attributesOf(before, after).every((attribute) => {
    const name = `${before.kind}.${attribute}`
    if (BODIES.has(name) || isReported(before.kind, attribute)) return true
    return alike !== undefined && EXPRESSIONS.has(name) && saysTheSame(Reflect.get(before, attribute), Reflect.get(after, attribute), alike)
  })
}

function saysTheSame(one: unknown, other: unknown, alike: Alike): boolean {
  if (typeof one === 'string' && typeof other === 'string') return one === other || alike(one, other)
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...keys].every((key) => saysTheSame(Reflect.get(one, key), Reflect.get(other, key), alike))
}
