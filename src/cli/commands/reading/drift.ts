import { addExamplesAndExitCodes } from '../../lesson.ts'
import { printJsonDocument, printWrapped, writeReportFile } from '../../output.ts'
import { openProjectWithDatabase } from '../../project.ts'
import { buildDatabaseReadingCommand } from '../../verb.ts'

export function buildDriftCommand() {
  const verb = buildDatabaseReadingCommand('drift')
    .summary('show how the live schema differs from the planned one')
    .description(
      'Compares the whole live schema with the schema that the ledger and the recorded states plan for this moment. ' +
        'Prints the objects that are missing, extra or different, with each fact that differs. `interphase status --check` makes the same comparison, ' +
        'and its exit code names the next phase. The exit code of this command tells only whether the schemas are equal. ' +
        'With --draft-back, the command also writes the SQL that takes the database back to the planned schema, for a person to review. It changes nothing.',
    )
    .optionsGroup('Options:')
    .option('--draft-back <file>', 'write the SQL that takes the database back to the planned schema')
    .action(async (options) => {
      const engine = await openProjectWithDatabase(options)
      const { report, draft } = await engine.drift({ isDraftRequested: options.draftBack !== undefined })
      const { formatDriftDraft, formatDriftReport } = await import('../../render/drift.ts')
      if (draft && options.draftBack !== undefined) writeReportFile(options.draftBack, formatDriftDraft(draft, report.dialect))
      if (options.json) printJsonDocument(report)
      else printWrapped(formatDriftReport(report))
      process.exitCode = report.exitCode
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase drift', does: 'the missing, extra and different objects' },
      { line: 'interphase drift --json', does: 'for a program; docs/drift.schema.json describes the format' },
      { line: 'interphase drift --draft-back back.sql', does: 'the SQL that takes the database back, for a person to review' },
    ],
    exits: [0, 1, 2, 6, 7, 8],
  })
  return verb
}
