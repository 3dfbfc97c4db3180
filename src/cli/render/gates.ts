import { putRemedyOnOneLine } from '../../error.ts'
import type { GateInReport, GateReport } from '../../status/reports/gate-report.ts'
import { indentLines } from '../layout/text.ts'
import type { PaintText } from '../output.ts'

/**
 * Returns the text that `interphase gate` and `interphase status --phase` print: every gate with its evidence and remedy, and the
 * result. With `all`, the text also lists the gates that the policy does not contain.
 */
export function formatGateReport(report: GateReport, paint: PaintText, all = false): string {
  const { release, phase, gates, notAsked, notInForce, command = '' } = report
  if (release === undefined || phase === undefined) return nothingLeft(report, paint)
  return [
    paint('bold', `The gates of ${phase} of ${release}`),
    ...gates.map((gate) => formatOneGate(gate, paint)),
    ...notAsked.map(({ gate, because }) => `  ${paint('dim', `not asked  ${gate}: ${because}`)}`),
    ...(all && notInForce.length > 0 ? [`Gates that the policy of ${phase} does not contain: ${notInForce.join(', ')}.`] : []),
    report.open ? openText(command, report.consent !== undefined, paint) : paint('yellow', `${phase} of ${release} cannot start yet.`),
  ].join('\n')
}

function nothingLeft({ open, gates }: GateReport, paint: PaintText): string {
  const shut = gates.filter(({ state }) => state !== 'open').map((gate) => formatOneGate(gate, paint))
  return open ? 'Nothing is left to run.' : ['No phase is left to run, and the database has problems:', ...shut].join('\n')
}

function openText(command: string, needsConsent: boolean, paint: PaintText): string {
  if (!needsConsent) return `${paint('green', 'The phase can start:')} ${command}`
  return `${paint('green', 'The phase can start with your consent to the destruction:')} ${command}\n  At a terminal, the command asks for the consent. In a pipeline, the command needs --yes, and ends with 6 without it.`
}

// The width of the text before the name of a gate. Further lines about the gate, such as its evidence, have this indentation.
const EVIDENCE_INDENT = 10

const COLOURS = { open: 'green', shut: 'yellow', unseen: 'yellow' } as const

function formatOneGate({ gate, parameters, state, evidence, remedy, consent }: GateInReport, paint: PaintText): string {
  const values = Object.entries(parameters).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const named = values.length > 0 ? `${gate} (${values.join(', ')})` : gate
  const isAsked = consent !== undefined && state === 'open'
  const word = isAsked ? 'needs consent' : state
  const verb = consent ? 'destroys ' : gate === 'destruction-confirmed' && state === 'open' ? 'drops ' : ''
  return [
    `  ${paint(isAsked ? 'yellow' : COLOURS[state], word.padEnd(6))}  ${named}`,
    ...evidence.map((line) => indentLines(`${verb}${line}`, EVIDENCE_INDENT)),
    ...(remedy === undefined || state === 'open' ? [] : [indentLines(`What to do: ${putRemedyOnOneLine(remedy)}`, EVIDENCE_INDENT)]),
  ].join('\n')
}
