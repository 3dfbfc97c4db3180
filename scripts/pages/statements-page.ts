import type { StatementKindJudgement, StatementsPageRow } from '../../src/dialect/judgement.ts'
import { STATEMENT_KIND_JUDGEMENTS } from '../../src/dialect/judgement.ts'
import { listMysqlStatementsPageRows as mysql } from '../../src/dialects/mysql/text/statements/rows.ts'
import { listPostgresStatementsPageRows as postgres } from '../../src/dialects/postgres/text/statements/rows.ts'

const MEANS: { readonly [J in StatementKindJudgement]: string } = {
  state:
    'The engine compares the schema before the statement with the schema after it, and finds the changes of the statement in this way.',
  observed: 'The engine observes on a shadow which rows the statement reads and writes.',
  harmless: 'The statement makes no change that a comparison of two schemas must detect.',
  refused: 'The engine never sends the statement, neither to a shadow nor to a target database. The error is `statement.refused`.',
}

/** `docs/statements.md`: the judgement of every kind of statement of each server. */
export function statementsPage(): string {
  return [
    '# Statements',
    '',
    '<!-- Made by `npm run generate` from src/dialects/postgres/text/statements/ and src/dialects/mysql/text/statements/. -->',
    '',
    'The engine must know the effects of every statement. This page therefore lists every kind of statement with its judgement. The',
    'engine refuses a statement whose kind has no judgement. The judgements apply to the statements of SQL files, undo files, pending',
    'queries, probes, sample rows and functions. They also apply to statements inside other statements: in the body of a trigger, a',
    'rule or a DO block, in `/*! … */`, and in the text of PREPARE.',
    '',
    'CREATE FUNCTION and CREATE PROCEDURE do not execute the body of the routine. On PostgreSQL, the body of a routine can therefore',
    'contain a refused statement. The engine then refuses each statement that calls the routine, also if another routine calls it. The',
    'engine also refuses each view, default value, trigger, operator, cast or aggregate that uses the routine. On MySQL and MariaDB, the',
    'judgements also apply to the bodies of routines.',
    '',
    "On PostgreSQL, the engine also refuses a definition in which the server would store the time of the statement, such as `DEFAULT 'now'`.",
    '',
    '| judgement | meaning |',
    '|---|---|',
    ...STATEMENT_KIND_JUDGEMENTS.map((judgement) => `| ${judgement} | ${MEANS[judgement]} |`),
    '',
    'The remark "(in set-up)" marks a refused statement that is allowed in `shadow.setup.sql` and `shadow.setup.<dialect>.sql`. These files prepare a shadow.',
    ...section('PostgreSQL', postgres()),
    ...section('MySQL and MariaDB', mysql()),
    '',
  ].join('\n')
}

function section(title: string, rows: readonly StatementsPageRow[]): readonly string[] {
  return [
    '',
    `## ${title}`,
    ...STATEMENT_KIND_JUDGEMENTS.flatMap((judgement) =>
      table(
        judgement,
        rows.filter(({ judged }) => judged === judgement),
      ),
    ),
  ]
}

function table(judgement: StatementKindJudgement, rows: readonly StatementsPageRow[]): readonly string[] {
  if (rows.length === 0) return []
  const lines = rows.map(({ statement, because, inSetup }) => `| ${cell(statement)} | ${cell(because)}${inSetup ? ' (in set-up)' : ''} |`)
  // Several rows of the source can describe the same statement in the same words.
  return ['', `### ${judgement}`, '', '| statement | because |', '|---|---|', ...new Set(lines)]
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
