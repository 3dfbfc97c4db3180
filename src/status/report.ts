import * as z from 'zod'
import { STATUS_FORMAT } from '../formats.ts'
import { PHASES } from '../phase/phase.ts'
import { DIALECTS } from '../schema/object.ts'

const Migration = z.strictObject({
  id: z.string(),
  file: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'undoing']),
  how: z.enum(['run', 'adopted', 'again']).exactOptional(),
  by: z.string().exactOptional(),
  startedAt: z.string().exactOptional(),
  finishedAt: z.string().exactOptional(),
  rows: z.int().exactOptional().describe('Rows it wrote.'),
  statement: z.int().exactOptional().describe('Of one in the middle: the statements that are done.'),
  of: z.int().exactOptional(),
  pending: z.string().exactOptional().describe('Rows its pending query counts now; asked of done data steps whose release is at work.'),
  despite: z.array(z.strictObject({ effect: z.string(), because: z.string() })),
})

const Phase = z.strictObject({
  phase: z.enum(PHASES),
  state: z.enum(['empty', 'waiting', 'stopped', 'done']),
  done: z.int(),
  of: z.int(),
  migrations: z.array(Migration),
})

/** `interphase status --json`. The schema that users get is generated from this. */
export const StatusShape = z.strictObject({
  format: z.literal(STATUS_FORMAT),
  project: z.string(),
  dialect: z.enum(DIALECTS),
  database: z.string().describe('host:port/database'),
  server: z.string(),
  releases: z.array(z.strictObject({ release: z.string(), title: z.string().exactOptional(), phases: z.array(Phase) })),
  exceptions: z
    .int()
    .describe('Rules that migrations of the chain break on purpose, with a reason; each stands with its migration under despite.'),
  running: z.strictObject({ by: z.string(), since: z.string() }).exactOptional().describe('Whose run is at work, or was when it died.'),
  next: z
    .strictObject({
      release: z.string(),
      phase: z.enum(PHASES),
      migrations: z.array(z.string()),
      command: z.string(),
      held: z.array(z.string()).describe('Why it waits; empty when it can start.'),
    })
    .exactOptional(),
  problems: z.array(z.strictObject({ code: z.string(), says: z.string(), remedy: z.string() })),
  schema: z.enum(['as planned', 'differs', 'not compared']),
  neighbours: z
    .array(z.strictObject({ what: z.string(), because: z.string() }))
    .exactOptional()
    .describe("What is in the database and not the project's; listed where the schema was compared."),
  exitCode: z.int().describe('What --check exits with.'),
})

export type Status = z.output<typeof StatusShape>

export function statusJsonSchema(): unknown {
  return z.toJSONSchema(StatusShape)
}
