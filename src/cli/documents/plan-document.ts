import * as z from 'zod'
import { EFFECTS_ON_RUNNING_CODE } from '../../effect/effect.ts'
import { BLOCKED_SESSIONS_LEVELS, STATEMENT_WORK_DURATIONS } from '../../effect/price.ts'
import { PHASES } from '../../phase/phase.ts'
import { COST_SEVERITIES } from '../../plan/estimate.ts'
import { DIALECTS } from '../../schema/object.ts'
import type { DeepReadonly } from '../../shape.ts'
import { StatusReportShape } from '../../status/reports/report.ts'

/**
 * The version of the format of `interphase plan --json`. The version increases when a field is removed or its meaning changes,
 * but not when a field is added.
 */
export const PLAN_DOCUMENT_FORMAT_VERSION = 1

const SizedTable = z.strictObject({
  table: z.string(),
  rows: z.number().exactOptional().describe("From the server's statistics; absent if there are none."),
  bytes: z.number().exactOptional().describe('Without indexes; absent if the table does not exist yet.'),
  isLowerBound: z.literal(true).exactOptional().describe('True if the table has at least this number of rows.'),
})

const Cost = z.strictObject({
  blocks: z.enum(BLOCKED_SESSIONS_LEVELS).describe('The sessions that the statement blocks, from none to all.'),
  works: z
    .enum(STATEMENT_WORK_DURATIONS)
    .describe('The work of the statement: instant, as long as reading the tables takes, or as long as rewriting them takes.'),
  tables: z.array(SizedTable).describe('Only tables that existed before the release.'),
  seconds: z.number().exactOptional().describe('A very rough upper estimate of the duration.'),
  severity: z.enum(COST_SEVERITIES).describe('The severity of the statement on tables of this size.'),
})

const Migration = z.strictObject({
  id: z.string(),
  file: z.string(),
  checksum: z.string(),
  state: z.enum(['waiting', 'running', 'done']),
  path: z.enum(['together', 'stepwise', 'batches']),
  statements: z.array(z.string()).describe('As the author wrote them, or as the engine derives them; empty for a function.'),
  pending: z.string().exactOptional().describe('The pending query that the engine derives for a declared data step.'),
  does: z.array(z.string()).describe('The changes of the schema, one line for each object.'),
  touches: z.array(z.string()),
  touchesByForeignKey: z
    .array(z.string())
    .exactOptional()
    .describe('The tables in touches that no statement names, and that a foreign key connects with a named table.'),
  writesRows: z.boolean(),
  effects: z.array(z.enum(EFFECTS_ON_RUNNING_CODE)),
  costs: z.array(Cost).describe('One for each statement; for a function, each price once.'),
  dataStep: z
    .strictObject({
      tables: z.array(SizedTable).describe('The tables whose rows the step writes or copies.'),
      rows: z.number().describe('The rows of these tables. The step may write fewer.'),
      seconds: z.number().describe('The estimated time for which the step locks rows, if it writes all rows.'),
    })
    .exactOptional()
    .describe('The cost of a data step in one transaction that has not begun.'),
  despite: z.array(z.strictObject({ effect: z.string(), because: z.string() })),
})

/**
 * The zod schema of the document that `interphase plan --json` prints. The published JSON Schema is generated from this zod
 * schema.
 */
export const PlanDocumentShape = z.strictObject({
  format: z.literal(PLAN_DOCUMENT_FORMAT_VERSION),
  next: StatusReportShape.shape.next,
  problems: StatusReportShape.shape.problems,
  exitCode: StatusReportShape.shape.exitCode,
  releases: z.array(
    z.strictObject({
      project: z.string(),
      dialect: z.enum(DIALECTS),
      release: z.string(),
      phases: z.array(
        z.strictObject({
          phase: z.enum(PHASES),
          promise: z.string(),
          policy: z.string().describe('Fingerprint of the policy.'),
          gates: z.array(z.string()),
          migrations: z.array(Migration),
        }),
      ),
      refused: z.array(z.string()).describe('The effects that the policies refuse. The release runs only if the list is empty.'),
      fingerprint: z.string(),
    }),
  ),
})

export type PlanDocument = DeepReadonly<z.output<typeof PlanDocumentShape>>

export function makePlanJsonSchema(): unknown {
  return z.toJSONSchema(PlanDocumentShape)
}
