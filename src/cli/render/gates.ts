import { putRemedyOnOneLine } from '../../error.ts'
import type { GateInReport, GateReport } from '../../status/reports/gate-report.ts'
import { indentLines } from '../layout/text.ts'
import type { PaintText } from '../output.ts'

/**
 * Returns the text that `interphase gate` and `interphase status --phase` print: every gate with its evidence and remedy, and the
 * result.
 */
export function formatGates(report: GateReport, paint: PaintText): string {
  const { release, phase, gates, notAsked, notInForce, command } = report
  if (release === undefined || phase === undefined) return nothingLeft(report, paint)
  return [
    paint('bold', `The gates of ${phase} of ${release}`),
    ...gates.map((gate) => formatOneGate(gate, paint)),
    ...notAsked.map(({ gate, because }) => `  ${paint('dim', `not asked  ${gate}: ${because}`)}`),
    ...(notInForce.length > 0 ? [`Gates that the policy of ${phase} does not contain: ${notInForce.join(', ')}.`] : []),
    report.open
      ? `${paint('green', 'The phase can start:')} ${command ?? ''}${hasConsent(gates) ? ' (the command asks for a confirmation of the data that it destroys)' : ''}`
      : paint('yellow', `${phase} of ${release} cannot start yet.`),
  ].join('\n')
}

function nothingLeft({ open, gates }: GateReport, paint: PaintText): string {
  const shut = gates.filter(({ state }) => state !== 'open').map((gate) => formatOneGate(gate, paint))
  return open ? 'Nothing is left to run.' : ['No phase is left to run, and the database has problems:', ...shut].join('\n')
}

function hasConsent(gates: readonly GateInReport[]): boolean {
  return gates.some(({ consent }) => consent !== undefined)
}

// The column in which the name of a gate begins.
const EVIDENCE_INDENT = 10

const COLOURS = { open: 'green', shut: 'yellow', unseen: 'yellow' } as const

function formatOneGate({ gate, parameters, state, evidence, remedy, consent }: GateInReport, paint: PaintText): string {
  const values = Object.entries(parameters).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const named = values.length > 0 ? `${gate} (${values.join(', ')})` : gate
  return [
    `  ${paint(COLOURS[state], state.padEnd(6))}  ${named}`,
    ...evidence.map((line) => indentLines(`${consent ? 'destroys ' : ''}${line}`, EVIDENCE_INDENT)),
    ...(remedy === undefined || state === 'open' ? [] : [indentLines(`What to do: ${putRemedyOnOneLine(remedy)}`, EVIDENCE_INDENT)]),
  ].join('\n')
}
