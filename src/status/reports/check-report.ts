import * as z from 'zod'
import { CHECK_REPORT_FORMAT_VERSION } from '../../formats.ts'
import { DIALECTS } from '../../schema/object.ts'

const Exception = z.strictObject({
  rule: z
    .string()
    .describe(
      'The effect or rule in the declaration, such as `removes`. If the declaration is irreversible or history, the same word again.',
    ),
  because: z.string(),
  line: z.int().exactOptional(),
})

const FindingShape = z.strictObject({
  code: z.string().describe('A stable code; docs/errors/<code>.md explains it.'),
  severity: z.enum(['error', 'warning']),
  dialects: z.array(z.enum(DIALECTS)),
  file: z.string().exactOptional().describe("Relative to the project's root, with forward slashes."),
  line: z.int().exactOptional().describe('Counted from 1; absent when it is unknown.'),
  migration: z.string().exactOptional(),
  object: z.string().exactOptional().describe('The schema object, as `interphase state` prints it.'),
  says: z.string().describe('The problem, in one line.'),
  remedy: z.string().describe('What to do, in one line.'),
  facts: z.record(z.string(), z.unknown()),
  exception: Exception.exactOptional().describe(
    'The exception that the file declares. A finding with an exception does not fail the check.',
  ),
})

const Declared = z.strictObject({
  ...Exception.shape,
  word: z.enum(['despite', 'effect', 'irreversible', 'history']),
  migration: z.string().describe('The migration; for history, the release.'),
  file: z.string(),
  dialects: z.array(z.enum(DIALECTS)),
})

const DataStep = z.strictObject({
  migration: z.string(),
  file: z.string(),
  tables: z.array(z.string()).describe('The tables that the step wrote on the shadow.'),
  limit: z
    .strictObject({ rows: z.number().exactOptional(), seconds: z.number().exactOptional() })
    .exactOptional()
    .describe('The size limit of the policy; absent if the policy has none, or the file accepts the size with `despite`.'),
  dialects: z.array(z.enum(DIALECTS)),
})

/** The shape of the document that `interphase check --json` prints. The published JSON Schema is generated from this shape. */
export const CheckReportShape = z.strictObject({
  format: z.literal(CHECK_REPORT_FORMAT_VERSION),
  project: z.string(),
  directory: z.string().describe("The path from the repository's root to the project's root; empty when they are the same."),
  dialects: z.array(z.enum(DIALECTS)),
  ok: z.boolean().describe('True when no finding fails the check.'),
  findings: z.array(FindingShape),
  exceptions: z
    .array(Declared)
    .describe('The exceptions that the files declare, each with its reason: rules broken on purpose, and effects that cannot be observed.'),
  dataSteps: z
    .array(DataStep)
    .exactOptional()
    .describe('The data steps that run in one transaction. Without a database, the rows of their tables are unknown: see interphase plan.'),
  exitCode: z.int(),
})

export type CheckReport = z.output<typeof CheckReportShape>
export type CheckFinding = CheckReport['findings'][number]
export type OneTransactionDataStep = z.output<typeof DataStep>
export type DeclaredPolicyException = CheckReport['exceptions'][number]

export function makeCheckJsonSchema(): unknown {
  return z.toJSONSchema(CheckReportShape)
}
