import type { InterphaseError } from '../../error.ts'
import { indentLines } from '../layout/text.ts'
import type { PaintText } from '../output.ts'

/** Returns a failure as text: the message, the remedy and the code. */
export function formatFailure({ code, message, remedy }: Pick<InterphaseError, 'code' | 'message' | 'remedy'>, paint: PaintText): string {
  const [first = '', ...rest] = message.split('\n')
  return [paint('red', first), ...rest, formatRemedy(remedy, paint), paint('dim', `  (${code})`)].join('\n')
}

/** Returns the line `What to do: …` for a remedy. If the remedy has several lines, they follow below, one step per line. */
export function formatRemedy(remedy: string, paint: PaintText): string {
  const title = `  ${paint('bold', 'What to do:')}`
  return remedy.includes('\n') ? `${title}\n${indentLines(remedy, 4)}` : `${title} ${remedy}`
}
