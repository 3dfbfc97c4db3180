import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { makePaintForStream, printCommandResult, printJsonDocument, printWrappedText, writeReportFile } from '../../output.ts'
import { openProjectWithDatabase } from '../../project.ts'
import { buildTargetDatabaseCommand } from '../../verb.ts'

export function buildDriftCommand() {
  const verb = buildTargetDatabaseCommand('drift')
    .summary('print the differences between the live schema and the planned schema')
    .description(
      'The command compares the whole live schema with the planned schema, which follows from the ledger and the recorded states. ' +
        'The command prints the objects that are missing, extra or different, with each fact that differs. ' +
        '`interphase status --check` makes the same comparison, and its exit code names the next phase. ' +
        'The exit code of drift shows only whether the schemas are equal: it is 7 if they differ, also if the command wrote a draft. ' +
        'With --draft-back, the command also writes the SQL that changes the live schema back to the planned schema, and a person must review this SQL. ' +
        'With --draft-forward, the command writes a release that changes the schema of the other databases to the live schema, in the same way as interphase draft. ' +
        'The command changes nothing in the database.',
    )
    .optionsGroup('Options:')
    .option('--draft-back <file>', 'write the SQL that changes the live schema back to the planned schema')
    .option(
      '--draft-forward [release]',
      'write a release that ends in the live schema (default name: the name of the last release, with -draft); all releases must be done in this database',
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
      const { formatDriftBackDraft, formatDriftBackSqlFile, formatDriftReport, formatDriftForwardDraft } = await import(
        '../../render/drift.ts'
      )
      if (draft && options.draftBack !== undefined) writeReportFile(options.draftBack, formatDriftBackSqlFile(draft, report.dialect))
      if (options.json) printJsonDocument({ ...report, ...(forward && { forward }) })
      else {
        printWrappedText(formatDriftReport(report, makePaintForStream(process.stdout)))
        if (draft && options.draftBack !== undefined) printWrappedText(`\n${formatDriftBackDraft(draft, options.draftBack)}`)
        if (forward) printCommandResult(`\n${formatDriftForwardDraft(forward)}`)
      }
      process.exitCode = report.exitCode
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase drift', does: 'the missing, extra and different objects' },
      { line: 'interphase drift --json', does: 'for a program; docs/drift.schema.json describes the format' },
      { line: 'interphase drift --draft-back back.sql', does: 'writes the SQL that reverses the differences, for a person to review' },
      { line: 'interphase drift --draft-forward 2026.2-index', does: 'writes the draft of a release for the other databases' },
    ],
    exits: [0, 1, 2, 6, 7, 8],
  })
  return verb
}
