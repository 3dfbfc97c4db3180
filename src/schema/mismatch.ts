import { isReported } from './canonical.ts'
import { attributesOf, counts, type Difference, differences } from './difference.ts'
import { withoutGeneratedNames } from './generated-name.ts'
import type { GroupKey } from './object.ts'
import { type State, without } from './state.ts'

/** What a comparison with a live database leaves out. */
export interface Leniency {
  /** Tables that the project names in `ignore`, and those of other projects. */
  readonly exempt: ReadonlySet<GroupKey>
  /** False where the states were recorded on another major version: servers print view and function bodies differently. */
  readonly compareTexts: boolean
  /** False for a database that was not built by the chain: there a server may have made up other names for constraints. */
  readonly compareGeneratedNames: boolean
}

/** The differences between what is expected and what is there that are a reason to stop. */
export function mismatches(expected: State, found: State, leniency: Leniency): readonly Difference[] {
  const compared = (state: State) => {
    const ours = without(state, leniency.exempt)
    return leniency.compareGeneratedNames ? ours : withoutGeneratedNames(ours)
  }
  return differences(compared(expected), compared(found)).filter(
    (difference) => counts(difference) && (leniency.compareTexts || !isOnlyText(difference)),
  )
}

function isOnlyText(difference: Difference): boolean {
  if (difference.kind !== 'altered') return false
  const { before, after } = difference
  if (before.kind !== 'view' && before.kind !== 'function') return false
  return attributesOf(before, after).every((attribute) => attribute === 'definition' || isReported(before.kind, attribute))
}
