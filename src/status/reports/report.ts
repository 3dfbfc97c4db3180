import * as z from 'zod'
import { STATUS_REPORT_FORMAT_VERSION } from '../../formats.ts'
import { PHASES } from '../../phase/phase.ts'
import { DIALECTS } from '../../schema/object.ts'
import { GateReportShape } from './gate-report.ts'

const Migration = z.strictObject({
  id: z.string(),
  file: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'undoing']),
  how: z.enum(['run', 'adopted', 'again', 'snapshot']).exactOptional(),
  by: z.string().exactOptional(),
  startedAt: z.string().exactOptional(),
  finishedAt: z.string().exactOptional(),
  rows: z.int().exactOptional().describe('The number of rows that the migration wrote.'),
  statement: z.int().exactOptional().describe('For a migration that is not done: the number of statements that are done.'),
  of: z.int().exactOptional(),
  batches: z
    .strictObject({
      done: z.int().describe('The number of batches that are committed.'),
      rows: z.int().describe('The number of rows in the committed batches, including rows that needed no change.'),
      of: z.int().exactOptional().describe('The estimated number of rows of the table when the data step began.'),
      size: z.int().describe('The maximum number of rows of the next batch.'),
      rate: z
        .int()
        .exactOptional()
        .describe('The number of rows that the data step processed per second until the last batch. Absent when all batches are done.'),
      etaMs: z
        .int()
        .exactOptional()
        .describe('The estimated time in milliseconds from the last batch to the end. Absent if the number of rows is unknown.'),
      at: z.string().describe('The time of the last batch.'),
      verified: z
        .int()
        .exactOptional()
        .describe('The number of rows that are verified after the last batch. Absent before the verification.'),
      waiting: z
        .strictObject({ because: z.string(), since: z.string() })
        .exactOptional()
        .describe('The reason why the data step waits before its next batch. Absent while the data step is not waiting.'),
    })
    .exactOptional()
    .describe('For a data step in batches that is not done.'),
  ranges: z
    .array(
      z.strictObject({
        worker: z.string().exactOptional().describe('Identifies the worker. Absent if no worker has the range.'),
        by: z.string().exactOptional().describe('The user who runs the worker.'),
        after: z.array(z.string()).exactOptional().describe('The key up to which the rows of the range are done.'),
        upTo: z.array(z.string()).describe('The last key of the range.'),
        batches: z.int(),
        rows: z.int(),
        at: z.string().describe('The time of the last batch.'),
        leasedUntil: z.string().describe('The time by the clock of the server after which another worker may take the range over.'),
      }),
    )
    .exactOptional()
    .describe('The ranges that are not done, for a data step that workers share.'),
  pending: z
    .string()
    .exactOptional()
    .describe(
      'The number of rows that the pending query of the data step counts now. Present for the completed data steps of the current release.',
    ),
  quarantined: z.int().exactOptional().describe('The number of rows of the data step in quarantine. Absent if there are none.'),
  derived: z
    .strictObject({ statements: z.array(z.string()), pending: z.string() })
    .exactOptional()
    .describe('The statements and the pending query that the engine derives. Present for the declared data steps of the current release.'),
  despite: z.array(z.strictObject({ effect: z.string(), because: z.string() })),
})

const Phase = z.strictObject({
  phase: z.enum(PHASES),
  state: z.enum(['empty', 'waiting', 'stopped', 'done']),
  done: z.int(),
  of: z.int(),
  migrations: z.array(Migration),
})

/** The shape of the document that `interphase status --json` prints. The published JSON Schema is generated from this shape. */
export const StatusReportShape = z.strictObject({
  format: z.literal(STATUS_REPORT_FORMAT_VERSION),
  project: z.string(),
  dialect: z.enum(DIALECTS),
  database: z.string().describe('host:port/database'),
  server: z.string(),
  releases: z.array(z.strictObject({ release: z.string(), title: z.string().exactOptional(), phases: z.array(Phase) })),
  exceptions: z
    .int()
    .describe(
      'The number of declared exceptions from a policy, in all migrations of the chain. The field despite of a migration lists its exceptions.',
    ),
  running: z
    .strictObject({ by: z.string(), since: z.string() })
    .exactOptional()
    .describe('The run that is active, or that was active when it crashed.'),
  paused: z
    .strictObject({ by: z.string(), since: z.string(), because: z.string().exactOptional() })
    .exactOptional()
    .describe('The pause of the data steps in batches. The command resume ends the pause.'),
  next: z
    .strictObject({
      release: z.string(),
      phase: z.enum(PHASES),
      migrations: z.array(z.string()),
      command: z.string(),
      held: z.array(z.string()).describe('The reasons why the phase cannot start. Empty if the phase can start.'),
    })
    .exactOptional(),
  gates: GateReportShape.exactOptional().describe('The gates of the phase that --phase names, in the form of the output of gate --json.'),
  overrides: z
    .array(z.strictObject({ release: z.string(), phase: z.string(), gate: z.string(), by: z.string(), because: z.string() }))
    .exactOptional()
    .describe('The gates that a person has overridden, in order of time. Absent if no gate was overridden.'),
  problems: z.array(z.strictObject({ code: z.string(), says: z.string(), remedy: z.string() })),
  schema: z.enum(['as planned', 'differs', 'not compared']),
  schemaRemark: z.string().exactOptional().describe('What the comparison of the schema left out, and why. Absent if it left out nothing.'),
  neighbours: z
    .array(z.strictObject({ what: z.string(), because: z.string() }))
    .exactOptional()
    .describe('The objects of the database that do not belong to the project. Present when the schema was compared.'),
  exitCode: z.int().describe('The exit code of --check.'),
})

export type StatusReport = z.output<typeof StatusReportShape>

export function makeStatusJsonSchema(): unknown {
  return z.toJSONSchema(StatusReportShape)
}
