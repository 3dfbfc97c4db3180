import * as z from 'zod'
import { EFFECTS } from '../../effect/effect.ts'
import { BLOCKED, WORK_DURATIONS } from '../../effect/price.ts'
import { PHASES } from '../../phase/phase.ts'
import { SEVERITIES } from '../../plan/estimate.ts'
import { DIALECTS } from '../../schema/object.ts'
import type { Frozen } from '../../shape.ts'
import { StatusShape } from '../../status/report.ts'

/**
 * The format version of `interphase plan --json`. The version is raised when a field is removed or gets another meaning, and not for a
 * new field.
 */
export const PLAN_FORMAT = 1

const Cost = z.strictObject({
  blocks: z.enum(BLOCKED).describe('The sessions that the statement blocks, from none to all.'),
  works: z
    .enum(WORK_DURATIONS)
    .describe('The work of the statement: instant, as long as reading the tables takes, or as long as rewriting them takes.'),
  tables: z
    .array(
      z.strictObject({
        table: z.string(),
        rows: z.number().exactOptional().describe("From the server's statistics; absent if there are none."),
        bytes: z.number().exactOptional().describe('Without indexes; absent if the table does not exist yet.'),
      }),
    )
    .describe('Only tables that existed before the release.'),
  seconds: z.number().exactOptional().describe('A very rough upper estimate of the duration.'),
  severity: z.enum(SEVERITIES).describe('The severity of the statement on tables of this size.'),
})

const Migration = z.strictObject({
  id: z.string(),
  file: z.string(),
  checksum: z.string(),
  state: z.enum(['waiting', 'running', 'done']),
  path: z.enum(['together', 'stepwise']),
  statements: z.array(z.string()).describe('As the author wrote them; empty for a function.'),
  does: z.array(z.string()).describe('The changes of the schema, one line for each object.'),
  touches: z.array(z.string()),
  writesRows: z.boolean(),
  effects: z.array(z.enum(EFFECTS)),
  costs: z.array(Cost).describe('One for each statement; for a function, each price once.'),
  despite: z.array(z.strictObject({ effect: z.string(), because: z.string() })),
})

/** The shape of the document of `interphase plan --json`. The published JSON Schema is generated from the shape. */
export const PlanShape = z.strictObject({
  format: z.literal(PLAN_FORMAT),
  next: StatusShape.shape.next,
  problems: StatusShape.shape.problems,
  exitCode: StatusShape.shape.exitCode,
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

export type PlanDocument = Frozen<z.output<typeof PlanShape>>

export function planJsonSchema(): unknown {
  return z.toJSONSchema(PlanShape)
}
