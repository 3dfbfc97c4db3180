import { InterphaseError } from '../error.ts'
import type { Migration, Release } from './migration.ts'
import { migrationsInPhasedOrder } from './order.ts'

/** A question for a person in a migration file. After answering the question, the person removes its line. */
export interface OpenQuestion {
  readonly file: string
  readonly line: number
  readonly question: string
}

/** Returns the questions in the files of a release, in phased order. */
export function listOpenQuestions(release: Release): readonly OpenQuestion[] {
  return migrationsInPhasedOrder(release).flatMap(questionsIn)
}

function questionsIn({ file, declarations, undo }: Migration): readonly OpenQuestion[] {
  const files = [{ file, declarations }, ...(undo ? [undo] : [])]
  return files.flatMap((one) => (one.declarations.questions ?? []).map(({ text, line }) => ({ file: one.file, line, question: text })))
}

/**
 * Throws `migration.question` if a file of the releases contains a question for a person. The error contains all questions of the
 * releases.
 */
export function refuseOpenQuestions(releases: readonly Release[]): void {
  const [first, ...others] = releases.flatMap(listOpenQuestions)
  if (!first) return
  throw new InterphaseError('migration.question', {
    ...first,
    others: others.map(({ file, line, question }) => `${file}:${line}: ${question}`),
  })
}
