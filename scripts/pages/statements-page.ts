import type { StatementJudgement, StatementKindRow } from '../../src/dialect/judgement.ts'
import { STATEMENT_JUDGEMENTS } from '../../src/dialect/judgement.ts'
import { listStatementKindRows as mysql } from '../../src/dialects/mysql/text/statements/rows.ts'
import { listStatementKindRows as postgres } from '../../src/dialects/postgres/text/statements/rows.ts'

const MEANS: { readonly [J in StatementJudgement]: string } = {
  state: 'The engine compares the schema before the statement with the schema after it, and so knows its changes.',
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
    'The engine must know the effects of every statement. Each kind of statement therefore has a judgement on this page. A kind',
    'without a judgement is refused. The judgements apply to SQL files, undo files, pending queries, probes, sample rows, and the',
    'statements of functions. They also apply to nested statements: in the body of a trigger, rule or DO block, in `/*! … */`, and',
    'in the text of PREPARE. The definition of a routine does not execute its body. On PostgreSQL, a body can therefore contain a',
    'refused statement. The engine then refuses each statement that calls the routine, also through another routine, and each view,',
    'default value, trigger, operator, cast or aggregate that uses it. On MySQL and MariaDB, the judgements apply to the body too.',
    '',
    "On PostgreSQL, the engine also refuses a definition that contains the time of the statement, such as `DEFAULT 'now'`.",
    '',
    '| judgement | |',
    '|---|---|',
    ...STATEMENT_JUDGEMENTS.map((judgement) => `| ${judgement} | ${MEANS[judgement]} |`),
    '',
    'A refused statement with the remark "(in set-up)" is allowed in `shadow.setup.sql` and `shadow.setup.<dialect>.sql`, which prepare a shadow.',
    ...section('PostgreSQL', postgres()),
    ...section('MySQL and MariaDB', mysql()),
    '',
  ].join('\n')
}

function section(title: string, rows: readonly StatementKindRow[]): readonly string[] {
  return [
    '',
    `## ${title}`,
    ...STATEMENT_JUDGEMENTS.flatMap((judgement) =>
      table(
        judgement,
        rows.filter(({ judged }) => judged === judgement),
      ),
    ),
  ]
}

function table(judgement: StatementJudgement, rows: readonly StatementKindRow[]): readonly string[] {
  if (rows.length === 0) return []
  const lines = rows.map(({ statement, because, inSetup }) => `| ${cell(statement)} | ${cell(because)}${inSetup ? ' (in set-up)' : ''} |`)
  // Several rows of the source can describe the same statement in the same words.
  return ['', `### ${judgement}`, '', '| statement | because |', '|---|---|', ...new Set(lines)]
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
