import type { InterphaseError } from '../../error.ts'
import { count } from './text.ts'

/** What is wrong with the files, or that nothing is. */
export function checkText(project: string, dialects: readonly string[], problems: readonly InterphaseError[]): string {
  if (problems.length === 0) return `${project} is in order: ${dialects.join(', ')}.`
  const texts = problems.map(({ message, remedy, code }) => `${message}\n  What to do: ${remedy}\n  (${code})`)
  return [...texts, `${count(problems.length, 'problem')}.`].join('\n\n')
}

/** `interphase check --json`. */
export function checkDocument(problems: readonly InterphaseError[]) {
  return {
    format: 1,
    ok: problems.length === 0,
    problems: problems.map(({ code, message, remedy, facts }) => ({ code, says: message, remedy, facts })),
  }
}
