import { teach } from '../lesson.ts'
import { runningVerb } from '../verb.ts'
import { runOnly } from './upgrade.ts'

export function expandVerb() {
  const verb = runningVerb('expand')
    .summary('run the expands of the release at work')
    .description(
      'Adds what the new version of the application needs, so that it can start while the old one goes on reading and writing and notices nothing. ' +
        'Run it before the first new instance starts. It works on the first release that is not contracted; a later release waits for it. ' +
        'Run it again after an interruption: it goes on where it stopped.',
    )
    .action((options) => runOnly(options, 'expand'))
  teach(verb, {
    examples: [
      { line: 'interphase expand --database-url-file /run/secrets/database-url', does: 'before the new version is rolled out' },
      { line: 'interphase expand --wait 60', does: 'waits up to a minute for another run to end' },
    ],
    exits: [0, 1, 2, 6, 7, 8, 10],
  })
  return verb
}
