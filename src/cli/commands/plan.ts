import { Option } from '@commander-js/extra-typings'
import { teach } from '../lesson.ts'
import { paintFor, print, printFitted, printJson } from '../output.ts'
import { openTarget } from '../project.ts'
import { phaseOption, targetVerb } from '../verb.ts'

const FORMATS = ['text', 'json', 'mermaid'] as const

export function planVerb() {
  const verb = targetVerb('plan')
    .summary('print what a run would do, with its SQL')
    .description(
      'Prints the releases that are not contracted yet in the order in which they run: every migration with its statements, what it does to the schema, the tables it touches, and its path (in one transaction together with the ledger, or step by step). ' +
        'Above each statement stands whom it keeps waiting and how much it works, as a shadow has shown, and what that comes to on the tables as large as they are now. ' +
        'The first release is the one at work; the others wait for it. The last lines tell what is next or why it waits, as interphase status --check does. What the policies refuse of a release is said above it: nothing of it runs. ' +
        'A run executes this same plan, and the ledger keeps its fingerprint. Nothing is changed.',
    )
    .optionsGroup('Options:')
    .addOption(phaseOption('--phase <phase>', 'this phase alone'))
    .addOption(
      new Option('--format <format>', 'text; json, as with --json; or mermaid, a flowchart for a page of a code host')
        .choices(FORMATS)
        .default('text' as const),
    )
    .action(async (options) => {
      const engine = await openTarget(options)
      const plans = await engine.plan()
      const status = await engine.status({ compareSchema: true })
      const { standText } = await import('../render/status.ts')
      const { isSql, planDocument, planText, within } = await import('../render/plan.ts')
      if (options.json || options.format === 'json') printJson(planDocument(plans, status, options.phase))
      else if (options.format === 'mermaid') print((await import('../render/mermaid.ts')).planMermaid(within(plans, options.phase)))
      else
        printFitted(
          [planText(plans, options.phase), ...(plans.length > 0 ? [standText(status, paintFor(process.stdout))] : [])].join('\n\n'),
          isSql,
        )
    })
  teach(verb, {
    examples: [
      { line: 'interphase plan', does: 'all that is still to be run' },
      { line: 'interphase plan --phase contract --json', does: 'what contract will do, for a program; docs/plan.schema.json describes it' },
      { line: 'interphase plan --format mermaid', does: 'the order as a flowchart, for a pull request' },
    ],
    exits: [0, 1, 2, 7],
  })
  return verb
}
