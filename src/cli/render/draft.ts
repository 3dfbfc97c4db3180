import type { DraftResult } from '../../adopt/draft/draft-release.ts'
import { formatCountWithNoun } from '../layout/text.ts'

/**
 * Returns the text that `interphase draft` prints: the files, the open questions, and the objects for which interphase cannot
 * write SQL.
 */
export function formatDraftResult({ release, files, questions, unwritten }: DraftResult): string {
  const left = unwritten.map(({ object, reason }) => `  ${object}: ${reason}`)
  const missing = left.length === 0 ? [] : ['No SQL was written for:', ...left]
  if (files.length === 0)
    return [
      left.length === 0 ? 'The wanted schema equals the end of the releases. No file was written.' : 'No file was written.',
      ...missing,
    ].join('\n')
  const asked = questions.map(({ file, line, question }) => `  ${file}:${line}: ${question}`)
  return [
    ...files.map((file) => `wrote ${file}`),
    ...missing,
    ...(asked.length === 0 ? [] : [`${formatCountWithNoun(asked.length, 'question')} to answer in the files of ${release}:`, ...asked]),
    asked.length === 0
      ? 'Review the files. Then run: interphase record'
      : 'Answer each question, and remove its line. Review the files. Then run: interphase record',
  ].join('\n')
}
