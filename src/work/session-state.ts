import type { SqlFileReader } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import type { SchemaState } from '../schema/state.ts'
import type { PlannedPosition } from '../state/planned.ts'
import { isReadBefore, sizeOf, statementsOf } from './kinds.ts'
import { bodiesIn, type Recall, recallOf } from './recall.ts'
import type { Work } from './work.ts'

/** Decides how a new session can continue this migration before statement `from`. A function always starts again from its beginning. */
export async function recallFor(files: SqlFileReader, work: Work, position: PlannedPosition, from: number): Promise<Recall> {
  const { migration, says } = work
  if (!isReadBefore(work) || from === 0) return { way: 'continue', from, replay: [] }
  const statements = statementsOf(work)
  const bodies = bodiesIn([...new Set([position.before, ...position.steps.slice(0, from)])])
  const uses = await files.sessionUses(
    statements.map(({ text }) => text),
    bodies,
  )
  const changedSchema = position.migration.phased.map((step) => step.length > 0)
  const mayRepeat = (first: number) =>
    says.rerunnable &&
    statements.slice(first, from).every(({ manner, repeatable }, index) => {
      const isStill = changedSchema[first + index] === false
      return isStill && (manner === 'atomic' || repeatable)
    })
  return recallOf(uses, from, bodies, mayRepeat, (index) => `${migration.file}:${statements[index]?.line ?? 1}`)
}

/** Makes the error for a migration that cannot continue, because its session state is lost. */
export function sessionLost(work: Work, from: number, lost: readonly string[]): InterphaseError {
  const { migration } = work
  return new InterphaseError('ledger.session-lost', {
    migration: migration.id,
    file: migration.file,
    statement: from + 1,
    of: sizeOf(work),
    lost,
  })
}

/** True if these statements change session state that a rollback does not restore, so that a retry in the same session would see it. */
export async function survivesRollback(
  files: SqlFileReader,
  work: Work,
  indexes: readonly number[],
  state: SchemaState | undefined,
): Promise<boolean> {
  const statements = statementsOf(work)
  const texts = indexes.flatMap((index) => statements[index]?.text ?? [])
  if (texts.length === 0) return false
  const uses = await files.sessionUses(texts, bodiesIn(state ? [state] : []))
  return uses.some((use) => use.survivesRollback)
}
