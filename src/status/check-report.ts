import * as z from 'zod'
import { CHECK_FORMAT } from '../formats.ts'
import { DIALECTS } from '../schema/object.ts'

const Exception = z.strictObject({
  rule: z.string().describe('The word behind despite or effect; of the other words, the word itself.'),
  because: z.string(),
  line: z.int().exactOptional(),
})

const Finding = z.strictObject({
  code: z.string().describe('Stays the same; docs/errors/<code>.md explains it.'),
  severity: z.enum(['error', 'warning']),
  dialects: z.array(z.enum(DIALECTS)),
  file: z.string().exactOptional().describe("From the project's root, with forward slashes."),
  line: z.int().exactOptional().describe('From 1; absent where it is not known.'),
  migration: z.string().exactOptional(),
  object: z.string().exactOptional().describe('The object of the schema, as `interphase state` calls it.'),
  says: z.string().describe('One line.'),
  remedy: z.string().describe('One line.'),
  facts: z.record(z.string(), z.unknown()),
  exception: Exception.exactOptional().describe('The file says that this is on purpose: it fails nothing.'),
})

const Declared = z.strictObject({
  ...Exception.shape,
  word: z.enum(['despite', 'effect', 'irreversible', 'history']),
  migration: z.string().describe('Of history, the release.'),
  file: z.string(),
  dialects: z.array(z.enum(DIALECTS)),
})

/** `interphase check --json`. The schema that users get is generated from this. */
export const CheckShape = z.strictObject({
  format: z.literal(CHECK_FORMAT),
  project: z.string(),
  directory: z.string().describe("From the root of the repository to the project's; empty where they are the same."),
  dialects: z.array(z.enum(DIALECTS)),
  ok: z.boolean().describe('Nothing fails.'),
  findings: z.array(Finding),
  exceptions: z.array(Declared).describe('What the files declare with a reason: rules broken on purpose, effects that cannot be seen.'),
  exitCode: z.int(),
})

export type CheckReport = z.output<typeof CheckShape>
export type CheckFinding = CheckReport['findings'][number]
export type DeclaredException = CheckReport['exceptions'][number]

export function checkJsonSchema(): unknown {
  return z.toJSONSchema(CheckShape)
}
