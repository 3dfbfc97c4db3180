import type { MigrationId } from '../release/migration.ts'
import type { Excuse } from '../release/probe.ts'

/** A finding about a probe. */
interface ProbeFinding {
  readonly probe: string
  readonly migration?: MigrationId
  readonly says: string
}

/** Findings that remain, and sentences to report about the excused ones. */
export interface ExcusedFindings<F> {
  readonly findings: readonly F[]
  readonly reported: readonly string[]
}

/**
 * Applies the excuses of the probes to the findings. An excused finding is reported with its reason. An unused excuse is reported
 * too, because it could hide a later failure.
 */
export function applyExcuses<F extends ProbeFinding>(
  findings: readonly F[],
  excuses: ReadonlyMap<string, readonly Excuse[]>,
): ExcusedFindings<F> {
  const excuseFor = ({ probe, migration }: ProbeFinding) => excuses.get(probe)?.find(({ after }) => migration?.endsWith(`/${after}`))
  const used = new Set(findings.flatMap((finding) => excuseFor(finding) ?? []))
  const borne = findings.flatMap((finding) => {
    const excuse = excuseFor(finding)
    return excuse ? [`${finding.says}; the probe declares this failure, because ${excuse.because}`] : []
  })
  const idle = [...excuses].flatMap(([file, all]) =>
    all.filter((excuse) => !used.has(excuse)).map(({ after }) => `${file} declares that it fails after ${after}, but it does not fail`),
  )
  return { findings: findings.filter((finding) => !excuseFor(finding)), reported: [...borne, ...idle] }
}
