import { z } from 'zod'
import { call } from './command.ts'

const Report = z.object({
  findings: z.array(
    z.object({ code: z.string(), severity: z.string(), file: z.string().optional(), line: z.number().optional(), says: z.string() }),
  ),
})

/**
 * What the policies say of files that were written before there were any: their authors could not declare what a trigger
 * does. That is told, and no failure; any other error that `check` finds is one.
 */
export async function refusals(project: string, url: string): Promise<readonly string[]> {
  const { out, says } = await call(project, url, ['check', '--json'])
  const { findings } = Report.parse(JSON.parse(out))
  if (findings.some(({ code, severity }) => severity === 'error' && code !== 'policy.refuses')) {
    throw new Error(`interphase check finds more than refusals:\n${says}`)
  }
  return findings.map((finding) => `${finding.file ?? ''}:${finding.line ?? ''} ${finding.code}: ${finding.says}`)
}
