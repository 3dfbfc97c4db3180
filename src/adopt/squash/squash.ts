import { InterphaseError } from '../../error.ts'
import { listBases } from '../../project/bases.ts'
import type { ProjectConfig } from '../../project/config.ts'
import type { ReleaseChain } from '../../release/migration.ts'
import { migrationsInPhasedOrder } from '../../release/order.ts'

/** The result of the command `interphase squash`. */
export interface SquashResult {
  /** The new first release of the chain. */
  readonly release: string
  /** The releases that the new release replaces, the oldest first. */
  readonly replaced: readonly string[]
  /**
   * The paths of the new files and directories, relative to the root of the project. The first path is the directory of the
   * replaced releases.
   */
  readonly files: readonly string[]
}

/**
 * Throws `squash.refused` if `through` is the first release, or if a base continues at a release or migration that the squash
 * removes. Throws `state.unknown` if no release has the name `through`.
 */
export function refuseImpossibleSquash(config: ProjectConfig, chain: ReleaseChain, through: string): void {
  const names = chain.releases.map(({ name }) => name)
  const place = names.indexOf(through)
  if (place < 0) throw new InterphaseError('state.unknown', { id: through, known: names })
  const releases = chain.releases.slice(0, place + 1)
  const gone = new Set([...names.slice(0, place), ...releases.flatMap(migrationsInPhasedOrder).map(({ id }) => id)])
  const bases = listBases(config, chain.dialect).filter(({ continues }) => gone.has(continues))
  const problems = [
    ...(place === 0 ? [`${through} is the first release, so there is nothing to replace`] : []),
    ...bases.map(({ directory, continues }) => `${directory}.json continues at ${continues}, which would be gone`),
  ]
  if (problems.length > 0) throw new InterphaseError('squash.refused', { problems })
}
