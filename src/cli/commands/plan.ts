import { teach } from '../lesson.ts'
import { print, printJson } from '../output.ts'
import { openTarget } from '../project.ts'
import { phaseOption, targetVerb } from '../verb.ts'

export function planVerb() {
  const verb = targetVerb('plan')
    .summary('print what a run would do, with its SQL')
    .description(
      'Prints the releases that are not contracted yet in the order in which they run: every migration with its statements, what it does to the schema, the tables it touches, and its path (in one transaction together with the ledger, or step by step). ' +
        'The first release is the one at work; the others wait for it. What the policies refuse of a release is said above it: nothing of it runs. ' +
        'A run executes this same plan, and the ledger keeps its fingerprint. Nothing is changed.',
    )
    .optionsGroup('Options:')
    .addOption(phaseOption('--phase <phase>', 'this phase alone'))
    .action(async (options) => {
      const engine = await openTarget(options)
      const plans = await engine.plan()
      const { planDocument, planText } = await import('../render/plan.ts')
      if (options.json) printJson(planDocument(plans, options.phase))
      else print(planText(plans, options.phase))
    })
  teach(verb, {
    examples: [
      { line: 'interphase plan', does: 'all that is still to be run' },
      { line: 'interphase plan --phase contract --json', does: 'what contract will do, for a review by a program' },
    ],
    exits: [0, 1, 2, 7],
  })
  return verb
}
