import type { StatementsPageRow } from '../../../../dialect/judgement.ts'
import { MYSQL_REFUSED_FUNCTIONS } from './functions.ts'
import { MYSQL_STATEMENT_KINDS } from './kinds.ts'

/**
 * Returns the rows of the page docs/statements.md for MySQL and MariaDB. Every kind of statement comes first, with its variants.
 * Then every other refused part of a statement follows, such as a function.
 */
export function listMysqlStatementsPageRows(): readonly StatementsPageRow[] {
  const kinds = Object.entries(MYSQL_STATEMENT_KINDS).flatMap(([words, { judged, because, inSetup, forms = [] }]) => [
    { statement: words, judged, because, inSetup: inSetup === true },
    ...forms.map((form) => ({ statement: form.says, judged: form.judged, because: form.because, inSetup: form.inSetup === true })),
  ])
  const others = [
    {
      says: 'SELECT … INTO OUTFILE, DUMPFILE',
      because: 'The statement writes a file on the machine of the server. A migration does not need this file.',
    },
    {
      says: 'a hint with SET_VAR, in any statement',
      because: 'The engine does not see the setting in the hint. Write a SET statement before the statement.',
    },
    { says: 'a name in another database, in any statement', because: 'A migration works only in the migrated database.' },
    ...MYSQL_REFUSED_FUNCTIONS,
  ]
  return [...kinds, ...others.map(({ says, because }) => ({ statement: says, judged: 'refused' as const, because, inSetup: false }))]
}
