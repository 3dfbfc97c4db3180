import { effectsOfDifference } from '../../effect/catalog.ts'
import { findWholeTableWorkReason } from '../../plan/online-way.ts'
import { type Difference, objectBeforeDifference } from '../../schema/difference.ts'
import { formatObjectName, type SchemaObject } from '../../schema/object.ts'
import {
  areEffectsAdmittedByPolicy,
  type DraftContext,
  GENERATED_NAME_DECLARATION,
  isTableOfBothSchemas,
  makeDraftEffectContext,
  makeGeneratedNameQuestions,
  objectsOfTable,
} from './draft-context.ts'

/**
 * A difference between two schemas for which contract contains statements, with the questions for the author and the declarations
 * for the contract file.
 */
export interface DifferenceForContract {
  readonly difference: Difference
  readonly questions: readonly string[]
  readonly declarations: readonly string[]
}

/**
 * Assigns each difference between two schemas to the phase whose file contains the statements for the difference. The phase is
 * expand if the policy of expand admits all effects of the difference, and contract otherwise. The parts of a removed table belong
 * to contract too, because the server removes them with the table.
 */
export function splitDifferencesByPhase(
  context: DraftContext,
  all: readonly Difference[],
): { readonly early: readonly Difference[]; readonly late: readonly DifferenceForContract[] } {
  const early: Difference[] = []
  const late: DifferenceForContract[] = []
  for (const difference of all) {
    if (isMadeInExpand(context, difference)) early.push(difference)
    else late.push(makeDifferenceForContract(context, difference))
  }
  return { early, late }
}

function isMadeInExpand(context: DraftContext, difference: Difference): boolean {
  const object = objectBeforeDifference(difference)
  // Columns, keys and indexes of a removed table need no statement, because the server removes them with the table.
  if (
    difference.kind === 'removed' &&
    'table' in object &&
    object.table !== undefined &&
    objectsOfTable(context.to, object.table).length === 0
  )
    return false
  return areEffectsAdmittedByPolicy(context, 'expand', effectsOfDifference(difference, makeDraftEffectContext(context)))
}

/**
 * Returns a difference for contract, with the questions and the declarations that the contract file needs because of this
 * difference.
 */
export function makeDifferenceForContract(context: DraftContext, difference: Difference): DifferenceForContract {
  const effects = effectsOfDifference(difference, makeDraftEffectContext(context))
  const name = formatObjectName(objectBeforeDifference(difference))
  const questions: string[] = []
  const declarations: string[] = []
  if (effects.includes('opaque')) {
    questions.push(
      `${doing(difference)} ${name}: the schema does not show how this change affects the application. Does the version of the application that runs during contract work before and after the change? If the new version needs the change from its start, move the statement to expand.`,
    )
    declarations.push(`effect removes because code may rely on the old ${name}`)
  }
  for (const effect of effects.filter((one) => one !== 'opaque' && !areEffectsAdmittedByPolicy(context, 'contract', [one]))) {
    questions.push(`${doing(difference)} ${name} in contract has the effect "${effect}" on running code. Is this right?`)
    declarations.push(`despite ${effect} because of the ${name}`)
  }
  const named = makeGeneratedNameQuestions(context, difference)
  if (named.length > 0) declarations.push(GENERATED_NAME_DECLARATION)
  questions.push(...named)
  if (isDear(context, difference)) {
    questions.push(
      `${doing(difference)} ${name}: the server may block the application while it reads or copies the whole table. Is the table small enough?`,
    )
    declarations.push('despite scan because the table is small', 'despite rewrite because the table is small')
  }
  return { difference, questions, declarations }
}

const DOING = { added: 'A new', removed: 'Without the', altered: 'A changed', renamed: 'A renamed' } as const

function doing({ kind }: Difference): string {
  return DOING[kind]
}

/**
 * Returns true if the server reads or copies a whole table when it executes the statements for the difference, and the table
 * exists both before and after the release. Such statements can block the application.
 */
function isDear(context: DraftContext, difference: Difference): boolean {
  const object = difference.kind === 'altered' ? difference.after : objectBeforeDifference(difference)
  if (!isTableOfBothSchemas(context, tableOf(object))) return false
  if (difference.kind === 'altered' && MADE_AGAIN.has(object.kind)) return true
  if (difference.kind === 'altered' && object.kind === 'column' && 'identity' in difference.before !== 'identity' in object) return true
  return findWholeTableWorkReason(difference, 'scan') !== undefined || findWholeTableWorkReason(difference, 'rewrite') !== undefined
}

function tableOf(object: SchemaObject): string {
  return ('table' in object ? object.table : object.name) ?? ''
}

// The kinds of objects whose definition no ALTER statement changes. A draft drops such an object and creates it again.
const MADE_AGAIN: ReadonlySet<string> = new Set(['primary-key', 'unique', 'check', 'exclusion', 'foreign-key', 'index'])
