import type { StatementsPageRow } from '../../../../dialect/judgement.ts'
import { POSTGRES_REFUSED_FUNCTIONS } from './functions.ts'
import { POSTGRES_STATEMENT_KINDS } from './kinds.ts'

/**
 * Returns the rows of the page docs/statements.md for PostgreSQL: every kind of statement with its variants, then every refused
 * function.
 */
export function listPostgresStatementsPageRows(): readonly StatementsPageRow[] {
  const kinds = Object.values(POSTGRES_STATEMENT_KINDS).flatMap(({ says, judged, because, inSetup, forms = [] }) => [
    { statement: says, judged, because, inSetup: inSetup === true },
    ...forms.map((form) => ({ statement: form.says, judged: form.judged, because: form.because, inSetup: form.inSetup === true })),
  ])
  const functions = POSTGRES_REFUSED_FUNCTIONS.map(({ says, because }) => ({
    statement: says,
    judged: 'refused' as const,
    because,
    inSetup: false,
  }))
  return [...kinds, ...functions]
}
