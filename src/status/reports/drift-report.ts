import * as z from 'zod'
import { DRIFT_REPORT_FORMAT_VERSION } from '../../formats.ts'
import { DIALECTS } from '../../schema/object.ts'

const DriftObjectShape = z.strictObject({
  id: z.string().describe('The id of the object in a state, as in "column:widget.status_flag".'),
  object: z.string().describe('The object in words, as in "column widget.status_flag integer".'),
})

/** The shape of the document that `interphase drift --json` prints. The published JSON Schema is generated from this shape. */
export const DriftReportShape = z.strictObject({
  format: z.literal(DRIFT_REPORT_FORMAT_VERSION),
  project: z.string(),
  dialect: z.enum(DIALECTS),
  database: z.string().describe('host:port/database'),
  server: z.string(),
  schema: z
    .enum(['as planned', 'differs', 'not compared'])
    .describe('"not compared" if the result of an interrupted statement is unknown. Only a run can determine the planned schema then.'),
  schemaRemark: z
    .string()
    .exactOptional()
    .describe('A sentence about the parts that were not compared, with the reason. Absent if every part was compared.'),
  missing: z.array(DriftObjectShape).describe('The objects of the planned schema that the database does not have.'),
  extra: z.array(DriftObjectShape).describe('The objects of the database that the planned schema does not have.'),
  different: z
    .array(
      z.strictObject({
        ...DriftObjectShape.shape,
        facts: z.array(z.strictObject({ fact: z.string(), planned: z.unknown(), found: z.unknown() })),
      }),
    )
    .describe('The objects that both have, with the facts that differ. A missing fact is null.'),
  neighbours: z.array(z.strictObject({ what: z.string(), because: z.string() })).describe('The objects that do not belong to the project.'),
  forward: z
    .strictObject({
      release: z.string(),
      dialect: z.enum(DIALECTS),
      files: z.array(z.string()).describe('The written files. Empty if no difference can be written.'),
      questions: z.array(z.strictObject({ file: z.string(), line: z.int(), question: z.string() })),
      unwritten: z.array(z.strictObject({ id: z.string(), object: z.string(), reason: z.string() })),
    })
    .exactOptional()
    .describe('The release of --draft-forward, which leads from the end of the releases to the live schema.'),
  exitCode: z.int(),
})

export type DriftReport = Readonly<z.output<typeof DriftReportShape>>

export function makeDriftJsonSchema(): unknown {
  return z.toJSONSchema(DriftReportShape)
}
