import type { UnwrittenDifference } from '../../dialect/schema-writer.ts'
import { effectsOfDifference } from '../../effect/catalog.ts'
import { reasonWritesOfRunningCodeFail } from '../../effect/failing-write.ts'
import { findWholeTableWorkReason } from '../../plan/online-way.ts'
import { formatFileBody, type GeneratedChangeFile } from '../../project/patterns/change-file.ts'
import { applyDifferences, type Difference, objectAfterDifference, reverseDifferences } from '../../schema/difference.ts'
import { formatObjectName, objectIdOf, type SchemaObject } from '../../schema/object.ts'
import type { SchemaState } from '../../schema/state.ts'
import {
  type DraftContext,
  GENERATED_NAME_DECLARATION,
  isTableOfBothSchemas,
  makeDraftEffectContext,
  makeGeneratedNameQuestions,
} from './draft-context.ts'
import type { DraftedRelease } from './drafted-change.ts'
import type { DifferenceForContract } from './late-differences.ts'

/**
 * The differences between two schemas for which the first change of a draft contains statements in its expand file, with the
 * questions for the author about these differences.
 */
export interface FirstDraftedChangeDifferences {
  /** The differences for which the expand file of the first change contains its first statements. */
  readonly early: readonly Difference[]
  /** The default values that the last statements of the expand file set, after the first statements have created the columns. */
  readonly defaults: readonly Difference[]
  readonly questions: readonly string[]
}

/**
 * Returns a draft with the first change of a release. The change adds the objects that the new version of the application needs,
 * and relaxes the rules of columns that the new version no longer writes. The draft has no change if no statement and no question
 * is needed.
 */
export function makeFirstDraftedChange(
  context: DraftContext,
  { early, defaults, questions }: FirstDraftedChangeDifferences,
): DraftedRelease {
  const { from, write, dialect } = context
  const first = applyDifferences(from, early)
  const last = applyDifferences(first, defaults)
  const [added, set] = [write(from, first), write(first, last)]
  const dear = early.filter((one) => isDear(context, one)).map((one) => formatObjectName(objectAfterDifference(one)))
  const named = early.flatMap((one) => makeGeneratedNameQuestions(context, one))
  const failing = [...early, ...defaults].flatMap((one) => failureQuestions(context, one))
  const asked = [...questions, ...tableRenames(context), ...dear.map(costQuestion), ...failing, ...named]
  const statements = [...added.statements, ...set.statements]
  const unwritten = [...added.unwritten, ...set.unwritten]
  if (statements.length === 0 && asked.length === 0) return { changes: [], unwritten }
  const declarations = [
    ...(dear.length === 0 ? [] : ['despite scan because the table is small', 'despite rewrite because the table is small']),
    ...(failing.length === 0 ? [] : ['despite tightens because the old version writes no such row']),
    ...(named.length === 0 ? [] : [GENERATED_NAME_DECLARATION]),
  ]
  const files: readonly GeneratedChangeFile[] = [
    { kind: 'expand', questions: asked, declarations, remarks: unwrittenLines(unwritten), body: formatFileBody(statements, dialect) },
    ...undoOf(context, last),
  ]
  return { changes: [{ slug: 'additions', files }], unwritten }
}

/**
 * Returns a question for the author if a new schema object can make writes of the old version of the application fail. This is
 * possible if the server evaluates an expression of the object for each written row, and the expression fails for some values.
 */
function failureQuestions(context: DraftContext, difference: Difference): readonly string[] {
  const object = objectAfterDifference(difference)
  const at = makeDraftEffectContext(context)
  if (!effectsOfDifference(difference, at).includes('tightens')) return []
  const reason = reasonWritesOfRunningCodeFail(object, at)
  return reason === undefined
    ? []
    : [
        `The new ${formatObjectName(object)}: ${reason}, and then a write of the old version of the application fails. Is it certain that the old version writes no such row?`,
      ]
}

function costQuestion(name: string): string {
  return `The new or changed ${name}: the server may block the application while it reads or copies the whole table. Is the table small enough?`
}

/**
 * Returns the undo file of the first change of a draft. The result is empty if the server has no statement for one of the
 * differences.
 */
function undoOf({ from, write, dialect }: DraftContext, end: SchemaState): readonly GeneratedChangeFile[] {
  const back = write(end, from)
  return back.unwritten.length > 0 || back.statements.length === 0
    ? []
    : [{ kind: 'expand.undo', body: formatFileBody(back.statements, dialect) }]
}

function isDear(context: DraftContext, difference: Difference): boolean {
  const object = objectAfterDifference(difference)
  if (difference.kind === 'altered') return isDearTypeChange(context, difference.before, difference.after)
  if (difference.kind !== 'added' || !('table' in object) || object.table === undefined || !isTableOfBothSchemas(context, object.table))
    return false
  if (object.kind === 'column') return object.generated?.stored === true || object.identity !== undefined
  return findWholeTableWorkReason(difference, 'scan') !== undefined
}

function isDearTypeChange({ online }: DraftContext, before: SchemaObject, after: SchemaObject): boolean {
  if (before.kind !== 'column' || after.kind !== 'column') return false
  return (before.type !== after.type || before.collation !== after.collation) && !online.isInstantTypeChange(before, after)
}

/**
 * Returns a question for each removed table whose columns equal the columns of a new table, because the table was probably
 * renamed.
 */
function tableRenames({ from, to }: DraftContext): readonly string[] {
  const shape = (state: SchemaState, key: string) => {
    const columns = [...(state.groups.get(key)?.values() ?? [])].filter((object) => object.kind === 'column')
    return JSON.stringify(columns.map(({ name, type }) => `${name} ${type}`).toSorted((a, b) => (a < b ? -1 : 1)))
  }
  const only = (one: SchemaState, other: SchemaState) =>
    [...one.groups.keys()]
      .filter((key) => key.startsWith('table:') && !other.groups.has(key))
      .map((key) => ({ key, shape: shape(one, key) }))
  const added = only(to, from)
  return only(from, to).flatMap(({ key, shape: old }) => {
    const like = added.filter((one) => one.shape === old && old !== '[]')
    const name = (group: string) => group.slice('table:'.length)
    return like.map(
      (one) =>
        `Is the table ${name(one.key)} the new name of the table ${name(key)}? Both have the same columns. This draft creates an empty table and drops the old one with its rows. If the rows have to move, add a data step and triggers, as in: interphase new --pattern split-table.`,
    )
  })
}

/**
 * Returns a draft with the last change of a release. The change removes the objects that only the old version of the application
 * needs, and contains the statements for all other differences that must wait until contract. The draft has no change if no
 * difference must wait, or if no SQL can be written for the differences.
 */
export function makeLastDraftedChange(
  context: DraftContext,
  late: readonly DifferenceForContract[],
  early: readonly Difference[],
): DraftedRelease {
  const { to, write, dialect } = context
  if (late.length === 0) return { changes: [], unwritten: [] }
  const relaxed = new Map(early.map((one) => [objectIdOf(objectAfterDifference(one)), objectAfterDifference(one)]))
  const before = applyDifferences(
    to,
    reverseDifferences(late.map(({ difference }) => difference)).map((one) =>
      one.kind === 'added' ? { kind: 'added', object: relaxed.get(objectIdOf(one.object)) ?? one.object } : one,
    ),
  )
  const { statements, unwritten } = write(before, to)
  const file: GeneratedChangeFile = {
    kind: 'contract',
    questions: [...new Set(late.flatMap(({ questions }) => questions))],
    declarations: oncePerRule(late.flatMap(({ declarations }) => declarations)),
    remarks: unwrittenLines(unwritten),
    body: formatFileBody(statements, dialect),
  }
  return statements.length === 0 && unwritten.length > 0
    ? { changes: [], unwritten }
    : { changes: [{ slug: 'removals', files: [file] }], unwritten }
}

/**
 * Removes repeated declarations for the same policy rule. A declaration such as `despite scan because the table is small` permits
 * a migration file to violate a rule, and one declaration for each rule is sufficient.
 */
function oncePerRule(declarations: readonly string[]): readonly string[] {
  const byRule = new Map<string, string>()
  for (const words of declarations) {
    const rule = words.split(' because ')[0] ?? words
    if (!byRule.has(rule)) byRule.set(rule, words)
  }
  return [...byRule.values()]
}

function unwrittenLines(unwritten: readonly UnwrittenDifference[]): readonly string[] {
  return unwritten.map(({ object, reason }) => `Not written: ${object}. ${reason}.`)
}
