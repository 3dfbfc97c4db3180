import { teach } from '../lesson.ts'
import { print, printJsonLine } from '../output.ts'
import { openRecording } from '../project.ts'
import { recordedText } from '../render/recorded.ts'
import { dialectsOption, projectVerb } from '../verb.ts'

export function recordVerb() {
  const verb = projectVerb('record')
    .summary('execute releases on a shadow, prove them sound, and write their states')
    .description(
      'Executes every release that has no recorded states, or stale ones, on a shadow database: once in authored order, once in phased order. ' +
        'Where both end in the same schema and rows and every data step finds what its author relied on, the release is sound and its states are written beside it; review and commit them. ' +
        'Otherwise it says which migrations and which object disagree, and writes nothing. ' +
        'PostgreSQL is recorded on the embedded server; for the others a server is named with `shadow` in the configuration or INTERPHASE_SHADOW_MYSQL_URL and INTERPHASE_SHADOW_MARIADB_URL.',
    )
    .optionsGroup('Options:')
    .addOption(dialectsOption('record these alone (default: every declared one whose server is at hand)'))
    .option('--all', 'record fresh states anew, too')
    .action((options) =>
      openRecording(options, async ({ engine }) => {
        const dialects = await engine.record(options.dialect, options.all ?? false)
        if (options.json) printJsonLine({ type: 'result', dialects })
        else print(recordedText(dialects))
      }),
    )
  teach(verb, {
    examples: [
      { line: 'interphase record', does: 'records what is new or changed, on every dialect' },
      { line: 'interphase record --dialect postgres --all', does: 'records every release of PostgreSQL anew' },
    ],
    exits: [0, 1, 2, 10],
  })
  return verb
}
