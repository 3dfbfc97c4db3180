/** The effects that a migration can have on running application code. Every policy has an entry for each of them. */
export const EFFECTS_ON_RUNNING_CODE = [
  'adds',
  'speeds',
  'relaxes',
  'mirrors',
  'writes-rows',
  'proves',
  'tightens',
  'removes',
  'opaque',
] as const
export type EffectOnRunningCode = (typeof EFFECTS_ON_RUNNING_CODE)[number]

/** True if the word is the name of an effect. */
export function isEffectName(word: string): word is EffectOnRunningCode {
  return (EFFECTS_ON_RUNNING_CODE as readonly string[]).includes(word)
}
