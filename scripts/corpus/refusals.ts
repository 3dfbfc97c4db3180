import { z } from 'zod'
import { call } from './command.ts'

const Document = z.object({ problems: z.array(z.object({ code: z.string(), says: z.string() })) })

/**
 * What the policies say of files that were written before there were any: their authors could not declare what a trigger
 * does, nor what they do despite its price. That is told, and no failure; anything else that `check` finds is one.
 */
export async function refusals(project: string, url: string): Promise<readonly string[]> {
  const { out, says } = await call(project, url, ['check', '--json'])
  const { problems } = Document.parse(JSON.parse(out))
  if (problems.some(({ code }) => !code.startsWith('policy.'))) throw new Error(`interphase check finds more than refusals:\n${says}`)
  return problems.map((problem) => problem.says.split('\n', 2).join(':'))
}
