import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { InterphaseError } from '../error.ts'
import { loadProjectConfig } from '../project/config.ts'
import { type ReleaseWithStates, readReleasesWithStates } from '../project/recorded.ts'
import { readReleaseChain } from '../project/releases.ts'
import { describeDifferences, describeObjectMismatch } from '../schema/describe.ts'
import { differences } from '../schema/difference.ts'
import type { SchemaState } from '../schema/state.ts'
import type { CheckProblem } from './check-problem.ts'

/**
 * Returns a list with one problem if the first release no longer ends in the schema of the releases before the squash. The function
 * compares the two schemas only if servers of the same major version recorded them.
 */
export async function listSquashedReleaseEndProblems(root: string, first: ReleaseWithStates | undefined): Promise<readonly CheckProblem[]> {
  const squashed = first?.release.squashed
  const end = squashed?.end
  if (!first || !end || end.major !== first.recorded.server.major || end.state === first.recorded.end) return []
  const { dialect } = first.recorded
  const old = await readOldEnd(join(root, squashed.files), first)
  const found = old ? differences(old, first.end) : []
  const facts = {
    release: first.release.name,
    dialect,
    planned: end.state,
    found: first.recorded.end,
    differences: describeDifferences(found, (one) => describeObjectMismatch(one, { before: 'old releases', after: 'new release' })),
  }
  const file = `${first.release.directory}/release.json`
  return [{ error: new InterphaseError('squash.ends-elsewhere', facts), severity: 'error', dialect, file }]
}

/**
 * Returns the recorded state at the end of the replaced releases. Returns undefined if the directory of the replaced releases is
 * missing or cannot be read.
 */
async function readOldEnd(directory: string, { recorded }: ReleaseWithStates): Promise<SchemaState | undefined> {
  // The directory of the replaced releases must contain its own configuration file. Without this check, `loadProjectConfig` would
  // find the configuration file of the present project in a directory above.
  if (!existsSync(join(directory, 'interphase.config.json'))) return undefined
  try {
    const config = await loadProjectConfig(directory)
    const { releases, problems } = await readReleasesWithStates(config.root, readReleaseChain(config, recorded.dialect))
    return problems.length > 0 ? undefined : releases.at(-1)?.end
  } catch {
    // An error of reading the replaced releases is ignored, because a problem of the replaced files is not a problem of the new
    // release.
    return undefined
  }
}
