import type { MigrationId } from '../release/migration.ts'
import type { ExpectedProbeFailure } from '../release/probe.ts'

/** A failure of a probe that the rehearsal found. A probe contains statements of the application. */
interface ProbeFinding {
  readonly probe: string
  readonly migration?: MigrationId
  readonly says: string
}

/**
 * The findings that no probe declares as expected. `reported` contains a sentence for each expected finding, and for each
 * expected failure that did not occur.
 */
export interface UnexpectedFindingsAndReports<F> {
  readonly findings: readonly F[]
  readonly reported: readonly string[]
}

/**
 * Removes the findings that the probes declare as expected failures, and reports each removed finding with its reason. The
 * function also reports an expected failure that did not occur, because its declaration could hide a later failure.
 */
export function applyExpectedProbeFailures<F extends ProbeFinding>(
  findings: readonly F[],
  expectedFailures: ReadonlyMap<string, readonly ExpectedProbeFailure[]>,
): UnexpectedFindingsAndReports<F> {
  const expectedFailureOf = ({ probe, migration }: ProbeFinding) =>
    expectedFailures.get(probe)?.find(({ after }) => migration?.endsWith(`/${after}`))
  const used = new Set(findings.flatMap((finding) => expectedFailureOf(finding) ?? []))
  const borne = findings.flatMap((finding) => {
    const expected = expectedFailureOf(finding)
    return expected ? [`${finding.says}; the probe declares this failure, because ${expected.because}`] : []
  })
  const idle = [...expectedFailures].flatMap(([file, all]) =>
    all.filter((expected) => !used.has(expected)).map(({ after }) => `${file} declares that it fails after ${after}, but it does not fail`),
  )
  return { findings: findings.filter((finding) => !expectedFailureOf(finding)), reported: [...borne, ...idle] }
}
