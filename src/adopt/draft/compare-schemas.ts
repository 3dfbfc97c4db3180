import { replaceDefaultCollations } from '../../schema/collation.ts'
import {
  applyDifferences,
  type Difference,
  differences,
  namesOfDifferingObjectProperties,
  objectBeforeDifference,
} from '../../schema/difference.ts'
import { isConstraintNamePossiblyGenerated } from '../../schema/generated-name.ts'
import { findSchemaMismatches, type SchemaComparisonSettings } from '../../schema/mismatch.ts'
import { objectIdOf, type SchemaObject } from '../../schema/object.ts'
import type { SchemaState } from '../../schema/state.ts'

/** The schema at the end of the chain, and the schema at the end of the drafted release. */
export interface SchemasBeforeAndAfterDraft {
  readonly from: SchemaState
  readonly to: SchemaState
}

/**
 * Returns the two schemas whose differences a draft writes as statements. `from` is the schema at the end of the chain, with the
 * default collation of the wanted schema. `to` is the wanted schema, except for differences that the comparison ignores: in such
 * a detail, `to` is equal to `from`. An example is a constraint whose generated name differs.
 */
export function computeSchemasBeforeAndAfterDraft(
  head: SchemaState,
  wanted: SchemaState,
  leniency: SchemaComparisonSettings,
): SchemasBeforeAndAfterDraft {
  const from = replaceDefaultCollations(wanted, head, leniency.collations)
  const ids = new Set(findSchemaMismatches(head, wanted, leniency).map((one) => objectIdOf(objectBeforeDifference(one))))
  const all = differences(from, wanted).filter((one) => ids.has(objectIdOf(objectBeforeDifference(one))))
  return { from, to: applyDifferences(from, withoutRenamedConstraints(all, leniency)) }
}

/**
 * Returns the differences without those pairs of a removed and an added constraint that differ only in a name which the server
 * generated.
 */
function withoutRenamedConstraints(all: readonly Difference[], { dialect }: SchemaComparisonSettings): readonly Difference[] {
  const isGenerated = (one: Difference) =>
    (one.kind === 'added' || one.kind === 'removed') && isConstraintNamePossiblyGenerated(one.object, dialect)
  const generated = all.filter(isGenerated)
  const left = new Set<Difference>()
  for (const removed of generated.filter(({ kind }) => kind === 'removed')) {
    const added = generated.find(
      (one) => one.kind === 'added' && !left.has(one) && isEqualButForName(objectBeforeDifference(removed), objectBeforeDifference(one)),
    )
    if (added) left.add(removed).add(added)
  }
  return all.filter((one) => !left.has(one))
}

const NAMES: ReadonlySet<string> = new Set(['name', 'ownIndex', 'dependsOn'])

function isEqualButForName(one: SchemaObject, other: SchemaObject): boolean {
  return one.kind === other.kind && namesOfDifferingObjectProperties(one, other).every((fact) => NAMES.has(fact))
}
