import { InterphaseError } from '../error.ts'
import { sortNaturally } from './natural-order.ts'

/**
 * The name of a release, and its place in the chain of releases. `after` is the name of the previous release, or null for the first
 * release. If `after` is absent, the place of the release follows from the natural order of the names.
 */
export interface ReleasePositionInChain {
  readonly name: string
  readonly after?: string | null
}

/**
 * Sorts releases into a chain, the oldest release first. Throws `release.no-chain` if the releases do not form one chain, for
 * example because two releases follow the same release, or because `after` names a missing release.
 */
export function sortReleasesIntoChain<L extends ReleasePositionInChain>(links: readonly L[]): readonly L[] {
  const natural = sortNaturally(links, ({ name }) => name)
  const successors = successorsOf(natural)
  const chain: L[] = []
  for (let next = successors.get(undefined); next; next = successors.get(next.name)) chain.push(next)
  const left = natural.filter((link) => !chain.includes(link))
  if (left.length > 0) throw noChain('these releases form a circle', left)
  return chain
}

function successorsOf<L extends ReleasePositionInChain>(natural: readonly L[]): ReadonlyMap<string | undefined, L> {
  const names = new Set(natural.map((link) => link.name))
  const successors = new Map<string | undefined, L>()
  natural.forEach((link, index) => {
    const before = link.after === undefined ? natural[index - 1]?.name : (link.after ?? undefined)
    if (before !== undefined && !names.has(before)) throw noChain(`${link.name} comes after ${before}, which does not exist`, natural)
    const rival = successors.get(before)
    if (rival)
      throw noChain(before === undefined ? 'two releases have no release before them' : `two releases come after ${before}`, [rival, link])
    successors.set(before, link)
  })
  return successors
}

function noChain(problem: string, links: readonly ReleasePositionInChain[]): InterphaseError {
  return new InterphaseError('release.no-chain', { problem, releases: links.map((link) => link.name) })
}
