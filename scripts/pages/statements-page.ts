import type { Judgement, StatementRow } from '../../src/dialect/judgement.ts'
import { JUDGEMENTS } from '../../src/dialect/judgement.ts'
import { files as mysql } from '../../src/dialects/mysql/text/files.ts'
import { files as postgres } from '../../src/dialects/postgres/text/files.ts'

const MEANS: { readonly [J in Judgement]: string } = {
  state: 'seen in the schema, which is read before and after it',
  observed: 'what it does to rows is observed while it runs on a shadow',
  harmless: 'leaves nothing behind that the comparison would have to see',
  refused: 'never sent, neither to a shadow nor to a target: `statement.refused`',
}

/** `docs/statements.md`: every kind of statement of each server with its judgement. */
export function statementsPage(): string {
  return [
    '# Statements',
    '',
    '<!-- Made by `npm run generate` from src/dialects/postgres/text/statements/ and src/dialects/mysql/text/statements/. -->',
    '',
    'Nothing that a migration does goes unseen. So every kind of statement of each server has a judgement here, and a kind that is',
    'not here is refused. The judgement holds for SQL files, undo files, pending queries, probes, sample rows, and for what a function',
    'sends. It holds for statements inside of others too: in the body of a routine, a trigger, a rule or a DO block, in `/*! … */`, in',
    'the text that PREPARE is given.',
    '',
    '| judgement | |',
    '|---|---|',
    ...JUDGEMENTS.map((judgement) => `| ${judgement} | ${MEANS[judgement]} |`),
    '',
    'A statement that is refused with "in set-up" may stand in `shadow.setup.sql`, which prepares the server of a shadow.',
    ...section('PostgreSQL', postgres.statements()),
    ...section('MySQL and MariaDB', mysql.statements()),
    '',
  ].join('\n')
}

function section(title: string, rows: readonly StatementRow[]): readonly string[] {
  return [
    '',
    `## ${title}`,
    ...JUDGEMENTS.flatMap((judgement) =>
      table(
        judgement,
        rows.filter(({ judged }) => judged === judgement),
      ),
    ),
  ]
}

function table(judgement: Judgement, rows: readonly StatementRow[]): readonly string[] {
  if (rows.length === 0) return []
  const lines = rows.map(({ statement, because, inSetup }) => `| ${cell(statement)} | ${cell(because)}${inSetup ? ' (in set-up)' : ''} |`)
  return ['', `### ${judgement}`, '', '| statement | because |', '|---|---|', ...lines]
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
