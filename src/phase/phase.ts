/** The phases of a rolling upgrade, in the order in which they run. */
export const PHASES = ['expand', 'migrate', 'contract'] as const
export type PhaseName = (typeof PHASES)[number]

/** True if the word is the name of a phase. */
export function isPhaseName(word: string): word is PhaseName {
  return (PHASES as readonly string[]).includes(word)
}
