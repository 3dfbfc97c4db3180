import * as z from 'zod'
import { REHEARSAL_REPORT_FORMAT_VERSION } from '../formats.ts'
import { DIALECTS } from '../schema/object.ts'

const FindingShape = z.strictObject({
  kind: z.enum([
    'does not run',
    'fails',
    'does not find',
    'ends otherwise',
    'other rows',
    'writes differ',
    'probe fails',
    'probe is wrong',
  ]),
  migration: z.string().exactOptional().describe('The migration that is responsible.'),
  probe: z.string().exactOptional().describe('The file of the probe that failed.'),
  point: z.string().exactOptional().describe('The first point at which the probe failed.'),
  says: z.string(),
  remedy: z.string(),
})

const Probed = z.strictObject({
  file: z.string(),
  version: z.enum(['old', 'new']),
  how: z
    .enum(['afresh', 'prepared'])
    .describe('afresh: sent as text at each point. prepared: prepared at the first point and executed at every point.'),
  results: z.array(z.strictObject({ point: z.string(), problem: z.string().exactOptional().describe('Absent when the probe passed.') })),
})

const Release = z.strictObject({
  release: z.string(),
  ok: z.boolean(),
  orders: z.union([z.literal(1), z.literal(2)]).describe('1 when authored and phased order are the same sequence.'),
  migrations: z.int(),
  tables: z
    .array(
      z.strictObject({
        table: z.string(),
        rows: z.int().describe('Generated rows, in addition to the rows of rows/.'),
        because: z.string().exactOptional().describe('The reason why there are fewer rows than requested.'),
      }),
    )
    .describe('The tables before the release.'),
  points: z
    .array(z.string())
    .describe('The points at which probes ran, in order: each committed state that a running application can meet.'),
  probes: z.array(Probed),
  findings: z.array(FindingShape),
  reported: z.array(z.string()).describe('Remarks that are not failures.'),
})

/** The shape of the result of a rehearsal. The published JSON Schema is generated from this shape. */
export const RehearsalShape = z.strictObject({
  format: z.literal(REHEARSAL_REPORT_FORMAT_VERSION),
  project: z.string(),
  ok: z.boolean(),
  rows: z.int().describe('The requested number of generated rows per table.'),
  seed: z.int(),
  dialects: z.array(z.strictObject({ dialect: z.enum(DIALECTS), server: z.string(), releases: z.array(Release) })),
  skipped: z.array(z.strictObject({ dialect: z.enum(DIALECTS), because: z.string() })),
})

export type Rehearsal = z.output<typeof RehearsalShape>
export type RehearsedDialect = Rehearsal['dialects'][number]
export type RehearsedRelease = RehearsedDialect['releases'][number]
export type RehearsalFinding = RehearsedRelease['findings'][number]

export function makeRehearsalJsonSchema(): unknown {
  return z.toJSONSchema(RehearsalShape)
}
