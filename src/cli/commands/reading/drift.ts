import { addExamplesAndExitCodes } from '../../lesson.ts'
import { printJsonDocument, printResult, printWrapped, writeReportFile } from '../../output.ts'
import { openProjectWithDatabase } from '../../project.ts'
import { buildDatabaseReadingCommand } from '../../verb.ts'

export function buildDriftCommand() {
  const verb = buildDatabaseReadingCommand('drift')
    .summary('show how the live schema differs from the planned one')
    .description(
      'Compares the whole live schema with the schema that the ledger and the recorded states plan for this moment. ' +
        'Prints the objects that are missing, extra or different, with each fact that differs. `interphase status --check` makes the same comparison, ' +
        'and its exit code names the next phase. The exit code of this command tells only whether the schemas are equal. ' +
        'With --draft-back, the command also writes the SQL that takes the database back to the planned schema, for a person to review. ' +
        'With --draft-forward, it writes a release that leads the other databases to the live schema, as interphase draft does. It changes nothing in the database.',
    )
    .optionsGroup('Options:')
    .option('--draft-back <file>', 'write the SQL that takes the database back to the planned schema')
    .option(
      '--draft-forward [release]',
      'write a release that leads to the live schema (default: the name of the last release, with -draft); the database must have all releases',
    )
    .option('--not-renamed <column...>', 'with --draft-forward: removed columns (table.column) that no new column replaces')
    .action(async (options) => {
      const engine = await openProjectWithDatabase(options)
      const { draftForward, notRenamed } = options
      const named = { ...(typeof draftForward === 'string' && { release: draftForward }), ...(notRenamed && { notRenamed }) }
      const { report, draft, forward } = await engine.drift({
        isDraftRequested: options.draftBack !== undefined,
        ...(draftForward !== undefined && { forward: named }),
      })
      const { formatDriftDraft, formatDriftReport, formatForwardDraft } = await import('../../render/drift.ts')
      if (draft && options.draftBack !== undefined) writeReportFile(options.draftBack, formatDriftDraft(draft, report.dialect))
      if (options.json) printJsonDocument({ ...report, ...(forward && { forward }) })
      else {
        printWrapped(formatDriftReport(report))
        if (forward) printResult(`\n${formatForwardDraft(forward)}`)
      }
      process.exitCode = report.exitCode
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase drift', does: 'the missing, extra and different objects' },
      { line: 'interphase drift --json', does: 'for a program; docs/drift.schema.json describes the format' },
      { line: 'interphase drift --draft-back back.sql', does: 'the SQL that takes the database back, for a person to review' },
      { line: 'interphase drift --draft-forward 2026.2-index', does: 'a release for the other databases, for a person to finish' },
    ],
    exits: [0, 1, 2, 6, 7, 8],
  })
  return verb
}
