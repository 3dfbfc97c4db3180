/** The effects that a migration can have on running application code. Every policy either admits or refuses each effect. */
export const EFFECTS_ON_RUNNING_CODE = [
  'adds',
  'speeds',
  'relaxes',
  'mirrors',
  'writes-rows',
  'proves',
  'tightens',
  'removes',
  'breaks',
  'opaque',
] as const
/** The name of an effect on running application code, such as `tightens`. */
export type EffectOnRunningCode = (typeof EFFECTS_ON_RUNNING_CODE)[number]

/** Returns true if the word is the name of an effect. */
export function isEffectName(word: string): word is EffectOnRunningCode {
  return (EFFECTS_ON_RUNNING_CODE as readonly string[]).includes(word)
}
