/** The names of the phases of a rolling upgrade, in the order in which the phases run. */
export const PHASES = ['expand', 'migrate', 'contract'] as const
/** The name of a phase: expand, migrate or contract. */
export type PhaseName = (typeof PHASES)[number]

/** Returns true if the word is the name of a phase. */
export function isPhaseName(word: string): word is PhaseName {
  return (PHASES as readonly string[]).includes(word)
}
