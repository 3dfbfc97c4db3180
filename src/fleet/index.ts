/** The client for applications, exported as `interphase/fleet`. The client imports no other part of interphase and no library. */
export { assertCompatible, type Compatibility, IncompatibleReleaseError, readCompatibility } from './compatible.ts'
export type { FleetDatabase } from './database.ts'
export { type FleetMember, type FleetOptions, type JoinOptions, joinFleet } from './join.ts'
