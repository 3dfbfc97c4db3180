import type { InterphaseError } from '../error.ts'
import type { Neighbour } from '../schema/neighbour.ts'
import type { Status } from './report.ts'

/** The result of the comparison of the live schema with the planned state. */
export interface Compared {
  readonly schema: Status['schema']
  readonly neighbours: readonly Neighbour[]
  readonly problem?: InterphaseError
}

export const NOT_COMPARED: Compared = { schema: 'not compared', neighbours: [] }
