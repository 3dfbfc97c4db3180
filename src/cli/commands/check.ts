import { Option } from '@commander-js/extra-typings'
import type { CheckReport } from '../../status/check-report.ts'
import { teach } from '../lesson.ts'
import { print, printFitted, toJson, writeReport } from '../output.ts'
import { openProject } from '../project.ts'
import { dialectsOption, projectVerb } from '../verb.ts'

const FORMATS = ['text', 'json', 'sarif'] as const
type Format = (typeof FORMATS)[number]

export function checkVerb() {
  const verb = projectVerb('check')
    .summary('for CI: are the files in order, recorded, and within what the phases admit?')
    .description(
      'Reads releases, policies and recorded states, for every declared dialect, and prints a line for each finding: file, line, code, what is wrong and what to do. ' +
        'States that are missing, or of other files than are there now, are an error: a release that is not recorded is not proven. So is what the policy of a phase refuses. ' +
        'A statement that depends on the catalog, on a name that the server made up, or on all columns of a table is a warning. ' +
        'What a file declares with a reason fails nothing, and is listed. No server is needed and nothing is run. Call it on every push.',
    )
    .optionsGroup('Options:')
    .addOption(dialectsOption('check these alone (default: every declared one)'))
    .option('--strict', 'let warnings fail, too')
    .addOption(new Option('--format <format>', 'json is what --json prints; sarif is for code hosts').choices(FORMATS))
    .option('--output <file>', 'write the report to this file; stdout gets the lines all the same')
    .action(async (options) => {
      const engine = await openProject(options)
      const report = await engine.check(options.dialect, options.strict)
      const format = options.format ?? (options.json ? 'json' : 'text')
      if (options.output !== undefined) writeReport(options.output, await rendered(report, format))
      const shown = options.output === undefined || format === 'json' ? format : 'text'
      const told = await rendered(report, shown)
      if (shown === 'text') printFitted(told)
      else print(told)
      process.exitCode = report.exitCode
    })
  teach(verb, {
    examples: [
      { line: 'interphase check', does: 'in CI, before anything is merged' },
      {
        line: 'interphase check --format sarif --output interphase.sarif',
        does: 'the same for a code host, which shows each finding at its line',
      },
    ],
    exits: [0, 1, 2],
  })
  return verb
}

async function rendered(report: CheckReport, format: Format): Promise<string> {
  switch (format) {
    case 'text':
      return (await import('../render/check.ts')).checkText(report)
    case 'json':
      return toJson(report)
    case 'sarif':
      return toJson((await import('../render/sarif.ts')).sarifDocument(report))
  }
}
