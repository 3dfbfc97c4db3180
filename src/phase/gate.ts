/** What can be asked before a phase starts. A policy names those it wants; each is evaluated by its own code. */
export const GATES = [
  // Every earlier phase of this release is done, and every phase of each earlier release.
  'earlier-phases-done',
  // Every pending query of the release, asked again now, counts zero. Those before it lost what they ask with their contract.
  'data-steps-complete',
  // No row is there that a rule of this phase would reject.
  'preconditions-hold',
  // What the phase destroys was printed, and a person or --yes agreed.
  'destruction-confirmed',
] as const
export type GateName = (typeof GATES)[number]
