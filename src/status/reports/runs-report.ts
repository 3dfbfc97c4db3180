import * as z from 'zod'
import { RUNS_COMMAND_REPORT_FORMAT_VERSION } from '../../formats.ts'
import { PHASES } from '../../phase/phase.ts'
import { DIALECTS } from '../../schema/object.ts'

const ANSWERS = ['yes', 'not yet', 'no longer'] as const

/** The shape of the document that `interphase runs --json` prints. The published JSON Schema is generated from this shape. */
export const RunsCommandReportShape = z.strictObject({
  format: z.literal(RUNS_COMMAND_REPORT_FORMAT_VERSION),
  project: z.string(),
  dialect: z.enum(DIALECTS),
  database: z.string().describe('host:port/database'),
  release: z.string(),
  answer: z.enum(ANSWERS).describe('Whether code of the release can run on the database now.'),
  missing: z
    .array(z.string())
    .exactOptional()
    .describe('For the answer "not yet": the phases that must be done first, as in "expand of 2015.2-liberty".'),
  command: z.string().exactOptional().describe('For the answer "not yet": the command that runs the missing phases.'),
  contracted: z
    .strictObject({
      release: z.string().describe('The later release whose contract ended the support.'),
      at: z.string().describe('The time at which that contract began, or at which the database was adopted after it.'),
      how: z.enum(['run', 'adopted', 'again', 'snapshot']),
      migrations: z.array(z.string()).describe('Those that have begun. Empty if the contract has begun and sent no statement yet.'),
      changes: z.array(z.string()).describe('What these migrations remove or change. Empty if the release has no recorded states.'),
    })
    .exactOptional()
    .describe('For the answer "no longer".'),
  running: z
    .strictObject({ by: z.string(), since: z.string() })
    .exactOptional()
    .describe('The run that holds the lock of the project now. Its changes may not be committed yet, so the answer can change.'),
  coming: z
    .array(z.strictObject({ release: z.string(), phase: z.enum(PHASES), answer: z.enum(ANSWERS) }))
    .describe('The phases that come next, with the answer after each. A contract ends the support with its first statement.'),
  exitCode: z.int(),
})

export type RunsCommandReport = Readonly<z.output<typeof RunsCommandReportShape>>

export function makeRunsCommandJsonSchema(): unknown {
  return z.toJSONSchema(RunsCommandReportShape)
}
