import { replaceDefaultCollations } from '../../schema/collation.ts'
import {
  applyDifferences,
  type Difference,
  differences,
  namesOfDifferingObjectProperties,
  objectOfDifference,
} from '../../schema/difference.ts'
import { isConstraintNamePossiblyGenerated } from '../../schema/generated-name.ts'
import { findSchemaMismatches, type SchemaComparisonSettings } from '../../schema/mismatch.ts'
import { objectIdOf, type SchemaObject } from '../../schema/object.ts'
import type { SchemaState } from '../../schema/state.ts'

/** The schema at the end of the chain, and the schema at the end of the drafted release. */
export interface SchemasToDraft {
  readonly from: SchemaState
  readonly to: SchemaState
}

/**
 * Returns the two schemas whose differences a draft writes as statements. `from` is the schema at the end of the chain, with the
 * default collation of the wanted schema. `to` is the wanted schema, except for differences that the comparison ignores: in such
 * a detail, `to` is equal to `from`. An example is a constraint whose generated name differs.
 */
export function computeSchemasToDraft(head: SchemaState, wanted: SchemaState, leniency: SchemaComparisonSettings): SchemasToDraft {
  const from = replaceDefaultCollations(wanted, head, leniency.collations)
  const ids = new Set(findSchemaMismatches(head, wanted, leniency).map((one) => objectIdOf(objectOfDifference(one))))
  const all = differences(from, wanted).filter((one) => ids.has(objectIdOf(objectOfDifference(one))))
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
      (one) => one.kind === 'added' && !left.has(one) && isEqualButForName(objectOfDifference(removed), objectOfDifference(one)),
    )
    if (added) left.add(removed).add(added)
  }
  return all.filter((one) => !left.has(one))
}

const NAMES: ReadonlySet<string> = new Set(['name', 'ownIndex', 'dependsOn'])

function isEqualButForName(one: SchemaObject, other: SchemaObject): boolean {
  return one.kind === other.kind && namesOfDifferingObjectProperties(one, other).every((fact) => NAMES.has(fact))
}
