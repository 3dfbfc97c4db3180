import type { InterphaseError } from '../error.ts'
import type { Neighbour } from '../schema/neighbour.ts'
import type { Status } from './report.ts'

/** The result of comparing the live schema with the planned state. */
export interface SchemaComparison {
  readonly schema: Status['schema']
  readonly neighbours: readonly Neighbour[]
  readonly problem?: InterphaseError
}

export const NOT_COMPARED: SchemaComparison = { schema: 'not compared', neighbours: [] }
