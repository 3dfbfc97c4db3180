import * as z from 'zod'
import { FLEET_REPORT_FORMAT_VERSION } from '../../formats.ts'
import { DIALECTS } from '../../schema/object.ts'

const Instance = z.strictObject({
  instance: z.string(),
  release: z.string(),
  host: z.string(),
  joinedAt: z.string().describe("ISO 8601, UTC, by the server's clock."),
  lastHeartbeat: z.string().describe("ISO 8601, UTC, by the server's clock. A time in the future counts as the present."),
  leaseSeconds: z.int(),
  live: z.boolean().describe('False if the lease has ended. Such an instance counts as gone.'),
  runs: z
    .enum(['yes', 'not yet', 'no longer', 'unknown'])
    .describe('Whether the database supports the release, as interphase runs tells. "unknown" for a release that the files do not have.'),
})

/** The shape of the document that `interphase fleet --json` prints. The published JSON Schema is generated from this shape. */
export const FleetReportShape = z.strictObject({
  format: z.literal(FLEET_REPORT_FORMAT_VERSION),
  project: z.string(),
  dialect: z.enum(DIALECTS),
  database: z.string().describe('host:port/database'),
  hasFleet: z.boolean().describe('False if the ledger has no table of instances yet. The next run of a phase creates it.'),
  releases: z.array(
    z.strictObject({ release: z.string(), live: z.int(), dead: z.int(), lastHeartbeat: z.string(), runs: Instance.shape.runs }),
  ),
  instances: z.array(Instance),
})

export type FleetReport = Readonly<z.output<typeof FleetReportShape>>

export function makeFleetJsonSchema(): unknown {
  return z.toJSONSchema(FleetReportShape)
}
