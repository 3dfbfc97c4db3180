import type { DraftResult } from '../../adopt/draft/draft-release.ts'
import { formatStatementForFile } from '../../dialect/statement-text.ts'
import { InterphaseError } from '../../error.ts'
import type { DialectName } from '../../schema/object.ts'
import type { DriftDraft } from '../../status/drift.ts'
import type { DriftReport } from '../../status/reports/drift-report.ts'
import { formatCountWithNoun, formatNeighbourObjects } from '../layout/text.ts'
import { type PaintText, paintWithoutColour } from '../output.ts'
import { formatDraftResult } from './draft.ts'
import { formatRemedy } from './failure.ts'

/**
 * Returns the text that `interphase drift` prints: the missing, extra and different objects, and the ways to remove the
 * differences.
 */
export function formatDriftReport(report: DriftReport, paint: PaintText = paintWithoutColour): string {
  const objects = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? '' : [`${title}:`, ...lines.map((line) => `  ${line}`)].join('\n')
  const different = report.different.map(({ object, facts }) => {
    const told = facts.filter(({ fact }) => fact !== 'dependsOn' || facts.length === 1)
    return `${object}: ${told.map(({ fact, planned, found }) => `${fact} planned ${valueText(planned)}, found ${valueText(found)}`).join('; ')}`
  })
  const sections = [
    report.schemaRemark === undefined ? HEADS[report.schema] : `${HEADS[report.schema]}\n${report.schemaRemark}`,
    objects(
      'Missing in the database',
      report.missing.map(({ object }) => object),
    ),
    objects(
      'Extra in the database',
      report.extra.map(({ object }) => object),
    ),
    objects('Different', different),
    report.neighbours.length === 0 ? '' : formatNeighbourObjects(report.neighbours),
    report.schema === 'differs' ? formatRemedy(new InterphaseError('schema.differs', { at: 'now', differences: [] }).remedy, paint) : '',
  ]
  return sections.filter((section) => section !== '').join('\n\n')
}

const HEADS: { readonly [S in DriftReport['schema']]: string } = {
  'as planned': 'The schema of the database is as planned.',
  'differs': 'The schema of the database differs from the plan.',
  'not compared':
    'The result of an interrupted statement is unknown, so the planned schema is not known either. Examine the database: interphase doctor',
}

function valueText(value: unknown): string {
  if (value === null) return 'none'
  return typeof value === 'string' ? value.replaceAll(/\s+/g, ' ').trim() : JSON.stringify(value)
}

/** Returns the text about the release that `interphase drift --draft-forward` wrote. */
export function formatDriftForwardDraft(draft: DraftResult): string {
  const { release, files } = draft
  const text = formatDraftResult(draft)
  if (files.length === 0) return text
  return `${text}\nThis database contains the changes already. After interphase record, mark the release as done in this database: interphase adopt --at ${release}`
}

/** Returns the text about the file that `interphase drift --draft-back` wrote. */
export function formatDriftBackDraft({ statements, unwritten }: DriftDraft, file: string): string {
  if (statements.length === 0 && unwritten.length === 0) return `Wrote ${file} without statements, because nothing has to be reversed.`
  const left =
    unwritten.length > 0
      ? `, and ${formatCountWithNoun(unwritten.length, 'difference')} as a comment, because interphase cannot write the SQL`
      : ''
  return `Wrote ${file} with ${formatCountWithNoun(statements.length, 'statement')}${left}. interphase does not execute the file.
Next steps: review ${file}, execute it in the database, and run: interphase status --check`
}

/** Returns the SQL file of `interphase drift --draft-back`, with a comment above each statement that destroys rows. */
export function formatDriftBackSqlFile({ statements, unwritten }: DriftDraft, dialect: DialectName): string {
  const head = [
    '-- A draft of interphase drift: SQL that changes the live schema back to the planned schema.',
    '-- interphase does not run this file. Read each statement before you run the file: a lock can block the application.',
    ...unwritten.map(({ object, reason }) => commentText(`not written: ${object}. ${reason}.`)),
  ]
  return [head.join('\n'), ...statements.map((statement) => statementText(statement, dialect))].join('\n\n')
}

function commentText(text: string): string {
  return text
    .split('\n')
    .map((line) => `-- ${line}`)
    .join('\n')
}

// Matches a statement that drops a table or a column. The name in the statement is quoted and can contain spaces.
const DESTROYS_ROWS = /^(?:DROP (?:FOREIGN )?TABLE|ALTER TABLE (?:"(?:[^"]|"")*"|`(?:[^`]|``)*`|\.)+ DROP COLUMN) /

function statementText(statement: string, dialect: DialectName): string {
  const destroys = DESTROYS_ROWS.test(statement) ? '-- This statement destroys rows.\n' : ''
  return `${destroys}${formatStatementForFile(statement, dialect)}`
}
