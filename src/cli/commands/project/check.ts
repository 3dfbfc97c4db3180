import { Option } from '@commander-js/extra-typings'
import type { CheckReport } from '../../../status/reports/check-report.ts'
import { addExamplesAndExitCodes } from '../../command-examples.ts'
import { formatJson, printCommandResult, printWrappedText, writeReportFile } from '../../output.ts'
import { openProject } from '../../project.ts'
import { buildDialectsOption, buildProjectCommand } from '../../verb.ts'

const FORMATS = ['text', 'json', 'sarif'] as const
type Format = (typeof FORMATS)[number]

export function buildCheckCommand() {
  const verb = buildProjectCommand('check')
    .summary('check in CI that the migrations are valid, recorded, and allowed by the policies')
    .description(
      'The command reads releases, policies and recorded states for every declared dialect. The command prints one line for each finding: ' +
        'the file, the line, the code, the problem and the remedy. ' +
        'Missing or stale states are an error, because an unrecorded release is not proven to be sound. ' +
        'It is also an error if the policy of a phase refuses an effect or a price, if a file contains a statement that is never allowed, or if a draft contains an open question. ' +
        'A statement that depends on the catalog, on a generated name, or on all columns of a table is a warning. ' +
        'If a file declares an exception with a reason, check lists the exception, and does not count it as an error. ' +
        'The command needs no server and runs no migration. Run check in CI on every push.',
    )
    .optionsGroup('Options:')
    .addOption(buildDialectsOption('the dialects to check (default: every declared dialect)'))
    .option('--strict', 'count every warning as an error')
    .addOption(
      new Option('--format <format>', 'the format of the report; json is the same as --json, and sarif is for code hosts').choices(FORMATS),
    )
    .option('--output <file>', 'write the report to this file; stdout then contains the report as text, or as JSON with the format json')
    .action(async (options) => {
      const engine = await openProject(options)
      const report = await engine.check(options.dialect, options.strict)
      const format = options.format ?? (options.json ? 'json' : 'text')
      if (options.output !== undefined) writeReportFile(options.output, await rendered(report, format))
      const shown = options.output === undefined || format === 'json' ? format : 'text'
      const told = await rendered(report, shown)
      if (shown === 'text') printWrappedText(told)
      else printCommandResult(told)
      process.exitCode = report.exitCode
    })
  addExamplesAndExitCodes(verb, {
    examples: [
      { line: 'interphase check', does: 'in CI, before a merge' },
      {
        line: 'interphase check --format sarif --output interphase.sarif',
        does: 'writes a report for a code host, which shows each finding at its line',
      },
    ],
    exits: [0, 1, 2],
  })
  return verb
}

async function rendered(report: CheckReport, format: Format): Promise<string> {
  switch (format) {
    case 'text':
      return (await import('../../render/check.ts')).formatCheckReport(report)
    case 'json':
      return formatJson(report)
    case 'sarif':
      return formatJson((await import('../../documents/sarif.ts')).makeSarifDocument(report))
  }
}
