import type { InterphaseError } from '../../error.ts'
import type { PaintText } from '../output.ts'

/** A failure as text: its message, its remedy and its code. */
export function formatFailure({ code, message, remedy }: Pick<InterphaseError, 'code' | 'message' | 'remedy'>, paint: PaintText): string {
  const [first = '', ...rest] = message.split('\n')
  return [paint('red', first), ...rest, `  ${paint('bold', 'What to do:')} ${remedy}`, paint('dim', `  (${code})`)].join('\n')
}
