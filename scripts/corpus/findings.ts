import { z } from 'zod'
import { call } from './command.ts'

const Report = z.object({
  findings: z.array(
    z.object({
      code: z.string(),
      severity: z.string(),
      exception: z.unknown().optional(),
      file: z.string().optional(),
      line: z.number().optional(),
      says: z.string(),
    }),
  ),
  exceptions: z.array(z.object({ word: z.string(), rule: z.string(), file: z.string(), because: z.string() })),
})

/**
 * What `check` says of the corpus, a line each. It has to pass, with the exceptions that its files declare.
 */
export async function checked(project: string, url: string): Promise<readonly string[]> {
  const { out, says } = await call(project, url, ['check', '--json'])
  const { findings, exceptions } = Report.parse(JSON.parse(out))
  const failing = findings.filter(({ severity, exception }) => severity === 'error' && !exception)
  if (failing.length > 0) throw new Error(`interphase check does not pass:\n${says}`)
  return [
    ...findings.map((finding) => `${finding.file ?? ''}:${finding.line ?? ''} ${finding.code}: ${finding.says}`),
    ...exceptions.map(({ file, word, rule, because }) => `${file} declares ${word} ${rule} because ${because}`),
  ]
}
