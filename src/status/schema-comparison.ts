import type { InterphaseError } from '../error.ts'
import type { NeighbourObject } from '../schema/neighbour.ts'
import type { StatusReport } from './reports/report.ts'

/** The result of comparing the live schema with the planned state. */
export interface SchemaComparisonResult {
  readonly schema: StatusReport['schema']
  readonly neighbours: readonly NeighbourObject[]
  /** A sentence about the parts of the schema that were not compared, with the reason. */
  readonly remark?: string
  readonly problem?: InterphaseError
}

export const SCHEMA_NOT_COMPARED: SchemaComparisonResult = { schema: 'not compared', neighbours: [] }
