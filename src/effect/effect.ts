/** The effects that a migration can have on running application code. Every policy has an entry for each of them. */
export const EFFECTS = ['adds', 'speeds', 'relaxes', 'mirrors', 'writes-rows', 'proves', 'tightens', 'removes', 'opaque'] as const
export type Effect = (typeof EFFECTS)[number]

/** True if the word is the name of an effect. */
export function isEffect(word: string): word is Effect {
  return (EFFECTS as readonly string[]).includes(word)
}
