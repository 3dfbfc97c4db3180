/** The client of applications: `interphase/fleet`. It imports nothing else of the engine, and no library. */
export { assertCompatible, type Compatibility, IncompatibleReleaseError, readCompatibility } from './compatible.ts'
export type { FleetDatabase } from './database.ts'
export { type FleetMember, type FleetOptions, type JoinOptions, joinFleet } from './join.ts'
