import type { InterphaseError } from '../../error.ts'
import type { Paint } from '../output.ts'

/** A failure as text: its message, its remedy and its code. */
export function failureText({ code, message, remedy }: Pick<InterphaseError, 'code' | 'message' | 'remedy'>, paint: Paint): string {
  const [first = '', ...rest] = message.split('\n')
  return [paint('red', first), ...rest, `  ${paint('bold', 'What to do:')} ${remedy}`, paint('dim', `  (${code})`)].join('\n')
}
