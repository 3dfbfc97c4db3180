import type { MigrationId } from '../release/migration.ts'
import type { Excuse } from '../release/probe.ts'

/** Something found about a probe. */
interface ProbeFinding {
  readonly probe: string
  readonly migration?: MigrationId
  readonly says: string
}

export interface Excused<F> {
  readonly findings: readonly F[]
  readonly reported: readonly string[]
}

/**
 * What is left of the findings when each probe is taken at its word. What is borne is reported with its reason, and so is an
 * excuse for what does not happen: it would hide it when it does.
 */
export function excused<F extends ProbeFinding>(findings: readonly F[], excuses: ReadonlyMap<string, readonly Excuse[]>): Excused<F> {
  const excuseFor = ({ probe, migration }: ProbeFinding) => excuses.get(probe)?.find(({ after }) => migration?.endsWith(`/${after}`))
  const used = new Set(findings.flatMap((finding) => excuseFor(finding) ?? []))
  const borne = findings.flatMap((finding) => {
    const excuse = excuseFor(finding)
    return excuse ? [`${finding.says}; it says so itself, because ${excuse.because}`] : []
  })
  const idle = [...excuses].flatMap(([file, all]) =>
    all.filter((excuse) => !used.has(excuse)).map(({ after }) => `${file} says that it fails after ${after}, and it does not`),
  )
  return { findings: findings.filter((finding) => !excuseFor(finding)), reported: [...borne, ...idle] }
}
