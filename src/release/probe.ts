import { InterphaseError } from '../error.ts'
import { type CommentSyntax, findLeadingComments } from './comment.ts'
import type { SqlText } from './migration.ts'

/** A migration after which a probe is expected to fail for a while, with the reason. */
export interface ExpectedProbeFailure {
  /** The migration: `010-widget-timestamp.contract`. */
  readonly after: string
  readonly because: string
}

/**
 * Reads the failures that a probe declares, from the comments above its statement: `-- interphase: fails after 010-widgets.contract
 * because …`.
 */
export function parseExpectedProbeFailures({ file, text }: SqlText, style: CommentSyntax): readonly ExpectedProbeFailure[] {
  return findLeadingComments(text, style).comments.flatMap((comment) => {
    const [, words] = /^\s*interphase\s*:\s*(.*?)\s*$/i.exec(comment.text) ?? []
    if (words === undefined) return []
    const [, after, because] = /^fails after (\S+\.\w+) because (.+)$/.exec(words) ?? []
    if (after && because) return [{ after, because }]
    const problem = `line ${comment.line}: "${words}" is not: fails after <number>-<slug>.<phase> because …`
    throw new InterphaseError('probe.invalid', { file, problem })
  })
}
