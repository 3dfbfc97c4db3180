import fc from 'fast-check'
import { openArena } from '../test/support/arena.ts'
import { anyRelease } from '../test/support/random-release.ts'

/** What became of random releases that were executed in both orders. */
export interface Explained {
  readonly drawn: number
  /** They run as they are written, and both orders are not the same sequence. */
  readonly executed: number
  readonly differ: number
  /** Refused because a data step does not find what it was written for, though both orders came to the same end. */
  readonly refusedThoughEqual: number
  readonly pairs: number
  readonly realPairs: number
}

export async function measureExplanation(server: string, drawn: number): Promise<Explained> {
  const arena = await openArena(server)
  const found = { executed: 0, differ: 0, refusedThoughEqual: 0, pairs: 0, realPairs: 0 }
  for (const release of fc.sample(anyRelease, { numRuns: drawn, seed: 2015 })) {
    const fought = await arena.fight(release)
    if (!fought) continue
    found.executed++
    if (fought.findings.length === 0) continue
    if (fought.findings.every(({ kind }) => kind === 'does not find')) found.refusedThoughEqual++
    else found.differ++
    for (const finding of fought.findings) {
      found.pairs++
      if (finding.flip && (await arena.isReal(fought, finding, finding.flip))) found.realPairs++
    }
  }
  await arena.close()
  return { drawn, ...found }
}

export function told({ drawn, executed, differ, refusedThoughEqual, pairs, realPairs }: Explained): string {
  const rate = executed === 0 ? 0 : (100 * refusedThoughEqual) / executed
  return [
    `${drawn} random releases: ${executed} executed in both orders, ${differ} differ;`,
    `${refusedThoughEqual} (${rate.toFixed(1)} %) refused though both orders end equal, for a data step that finds another schema;`,
    `${realPairs} of ${pairs} named pairs matter when turned round alone`,
  ].join(' ')
}
