import { InterphaseError } from '../error.ts'
import { type CommentSyntax, findLeadingComments } from './comment.ts'
import type { SqlText } from './migration.ts'

/** A migration after which a probe is expected to fail, with the reason. */
export interface ExpectedProbeFailure {
  /** The number, slug and phase of the migration, such as `010-widget-timestamp.contract`. */
  readonly after: string
  readonly because: string
}

/**
 * Parses the expected failures that a probe declares in the comments before its statement, such as `-- interphase: fails after
 * 010-widgets.contract because …`. Throws `probe.invalid` if such a comment has another form.
 */
export function parseExpectedProbeFailures({ file, text }: SqlText, style: CommentSyntax): readonly ExpectedProbeFailure[] {
  return findLeadingComments(text, style).comments.flatMap((comment) => {
    const [, words] = /^\s*interphase\s*:\s*(.*?)\s*$/i.exec(comment.text) ?? []
    if (words === undefined) return []
    const [, after, because] = /^fails after (\S+\.\w+) because (.+)$/.exec(words) ?? []
    if (after && because) return [{ after, because }]
    const problem = `line ${comment.line}: "${words}" is not of the form: fails after <number>-<slug>.<phase> because <reason>`
    throw new InterphaseError('probe.invalid', { file, problem })
  })
}
