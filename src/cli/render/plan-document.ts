import * as z from 'zod'
import { EFFECTS } from '../../effect/effect.ts'
import { BLOCKED, WORKS } from '../../effect/price.ts'
import { PHASES } from '../../phase/phase.ts'
import { SEVERITIES } from '../../plan/estimate.ts'
import { DIALECTS } from '../../schema/object.ts'
import type { Frozen } from '../../shape.ts'
import { StatusShape } from '../../status/report.ts'

/** Version of this format. A removed field, or a field with another meaning, raises it. A new field does not. */
export const PLAN_FORMAT = 1

const Cost = z.strictObject({
  blocks: z.enum(BLOCKED).describe('Whom it keeps waiting, from the mildest to the worst.'),
  works: z.enum(WORKS).describe('A moment, as long as it takes to read the tables, or as long as it takes to write them anew.'),
  tables: z
    .array(
      z.strictObject({
        table: z.string(),
        rows: z.number().exactOptional().describe("By the server's statistics; absent where it has not counted."),
        bytes: z.number().exactOptional().describe('Without indexes; absent where the table is not there yet.'),
      }),
    )
    .describe('Only tables that were there before the release.'),
  seconds: z.number().exactOptional().describe('How long it may work, very roughly, and rather too much than too little.'),
  severity: z.enum(SEVERITIES).describe('How much it is to be feared on tables of this size.'),
})

const Migration = z.strictObject({
  id: z.string(),
  file: z.string(),
  checksum: z.string(),
  state: z.enum(['waiting', 'running', 'done']),
  path: z.enum(['together', 'stepwise']),
  statements: z.array(z.string()).describe('As the author wrote them; none of a function.'),
  does: z.array(z.string()).describe('What it does to the schema, a line per object.'),
  touches: z.array(z.string()),
  writesRows: z.boolean(),
  effects: z.array(z.enum(EFFECTS)),
  costs: z.array(Cost).describe('One for each statement; of a function, each price once.'),
  despite: z.array(z.strictObject({ effect: z.string(), because: z.string() })),
})

/** The format of `interphase plan --json`. The published JSON Schema is generated from it. */
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
      refused: z.array(z.string()).describe('What the policies refuse of it; while there is a line, nothing of the release runs.'),
      fingerprint: z.string(),
    }),
  ),
})

export type PlanDocument = Frozen<z.output<typeof PlanShape>>

export function planJsonSchema(): unknown {
  return z.toJSONSchema(PlanShape)
}
