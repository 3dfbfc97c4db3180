import * as z from 'zod'
import { REHEARSAL_FORMAT } from '../formats.ts'
import { DIALECTS } from '../schema/object.ts'

const Finding = z.strictObject({
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
  point: z.string().exactOptional().describe('Where it failed first.'),
  says: z.string(),
  remedy: z.string(),
})

const Probed = z.strictObject({
  file: z.string(),
  version: z.enum(['old', 'new']),
  how: z.enum(['afresh', 'prepared']).describe('Sent as text each time, or prepared at the first point and executed at all.'),
  results: z.array(z.strictObject({ point: z.string(), problem: z.string().exactOptional().describe('Absent where it passed.') })),
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
        rows: z.int().describe('Generated rows, besides those of rows/.'),
        because: z.string().exactOptional().describe('Why there are fewer than asked for.'),
      }),
    )
    .describe('The tables as they are before the release.'),
  points: z.array(z.string()).describe('The states that running code can meet, in order.'),
  probes: z.array(Probed),
  findings: z.array(Finding),
  reported: z.array(z.string()).describe('What is no failure and worth knowing.'),
})

/** What a rehearsal has shown. The schema that users get is generated from this. */
export const RehearsalShape = z.strictObject({
  format: z.literal(REHEARSAL_FORMAT),
  project: z.string(),
  ok: z.boolean(),
  rows: z.int().describe('Generated rows asked for, per table.'),
  seed: z.int(),
  dialects: z.array(z.strictObject({ dialect: z.enum(DIALECTS), server: z.string(), releases: z.array(Release) })),
  skipped: z.array(z.strictObject({ dialect: z.enum(DIALECTS), because: z.string() })),
})

export type Rehearsal = z.output<typeof RehearsalShape>
export type RehearsedDialect = Rehearsal['dialects'][number]
export type RehearsedRelease = RehearsedDialect['releases'][number]
export type RehearsalFinding = RehearsedRelease['findings'][number]

export function rehearsalJsonSchema(): unknown {
  return z.toJSONSchema(RehearsalShape)
}
