import { RehearsalShape } from '../../src/rehearse/rehearsal.ts'
import { call } from './command.ts'

export interface Rehearsed {
  /** What the probes said of themselves and was found, a sentence each. */
  readonly borne: readonly string[]
  readonly failures: readonly string[]
}

/** Rehearses every release. What is found must be known, and what is known must be found. */
export async function rehearsal(project: string, url: string, report: string | undefined): Promise<Rehearsed> {
  const output = report === undefined ? [] : ['--report', 'junit', '--output', report]
  const { code, out, says } = await call(project, url, ['rehearse', '--all', '--json', ...output])
  if (code !== 0 && code !== 1) return { borne: [], failures: [`interphase rehearse ended with ${code}:\n${says}`] }
  const { type: _, ...found } = JSON.parse(out.trim().split('\n').at(-1) ?? '{}') as { readonly type: string }
  const releases = RehearsalShape.parse(found).dialects.flatMap((dialect) => dialect.releases)
  const reported = releases.flatMap((release) => release.reported)
  return {
    borne: reported.filter((line) => line.includes('it says so itself')),
    failures: [
      ...releases.flatMap((release) => release.findings.map((finding) => `${release.release}: ${finding.says}`)),
      ...reported.filter((line) => line.includes('says that it fails after')),
    ],
  }
}
