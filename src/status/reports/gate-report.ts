import * as z from 'zod'
import { GATE_REPORT_FORMAT_VERSION } from '../../formats.ts'
import { PHASES } from '../../phase/phase.ts'
import { DIALECTS } from '../../schema/object.ts'

const Gate = z.strictObject({
  gate: z.string().describe('The name of the gate in the policy, or the name of a condition that the engine always requires.'),
  parameters: z.record(z.string(), z.unknown()),
  from: z
    .enum(['engine', 'policy'])
    .describe(
      'engine: a condition that the engine always requires. policy: a gate that the policy of the phase names, or that the phase requires without being named.',
    ),
  state: z.enum(['open', 'shut', 'unseen']).describe('unseen: the condition could not be checked. It counts as shut.'),
  evidence: z.array(z.string()).describe('The facts that the answer rests on.'),
  remedy: z.string().exactOptional().describe('The command or action that opens the gate.'),
  consent: z
    .literal('with the run')
    .exactOptional()
    .describe(
      'The run itself asks for a confirmation of the evidence, or needs the option --yes. Without both, the run ends with 6. The gate is open, and does not change the exit code.',
    ),
})

/** The shape of the document that `interphase gate --json` prints. The published JSON Schema is generated from this shape. */
export const GateReportShape = z.strictObject({
  format: z.literal(GATE_REPORT_FORMAT_VERSION),
  project: z.string(),
  dialect: z.enum(DIALECTS),
  database: z.string().describe('host:port/database'),
  release: z.string().exactOptional().describe('The current release. Absent if every release is done.'),
  phase: z.enum(PHASES).exactOptional().describe('The phase whose gates are asked. Absent if every release is done.'),
  plan: z.string().exactOptional().describe('The fingerprint of the plan of the release.'),
  open: z.boolean().describe('True if the phase may start, with the consent of a person if the field consent is present.'),
  consent: z
    .literal('with the run')
    .exactOptional()
    .describe('The phase destroys data, so the run needs the consent of a person: an answer at a terminal, or the option --yes.'),
  gates: z.array(Gate),
  notAsked: z
    .array(z.strictObject({ gate: z.string(), because: z.string() }))
    .describe('The gates of the phase that the run does not ask at its next start, because the phase has begun.'),
  notInForce: z.array(z.string()).describe('The gates that the phase does not require, and that its policy does not name.'),
  command: z.string().exactOptional().describe('The command that runs the phase.'),
  exitCode: z.int().describe('0 if the phase may start or nothing is left to run, otherwise 6. A missing consent does not change it.'),
})

export type GateReport = z.output<typeof GateReportShape>

/** One gate of a report, with its state and evidence. */
export type GateInReport = GateReport['gates'][number]

export function makeGateJsonSchema(): unknown {
  return z.toJSONSchema(GateReportShape)
}
