/** What running code would notice of a migration. Policies judge these, and every one of them has a place in every policy. */
export const EFFECTS = ['adds', 'speeds', 'relaxes', 'mirrors', 'writes-rows', 'proves', 'tightens', 'removes', 'opaque'] as const
export type Effect = (typeof EFFECTS)[number]

export function isEffect(word: string): word is Effect {
  return (EFFECTS as readonly string[]).includes(word)
}
