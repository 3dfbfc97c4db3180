import type { Clock } from '../clock.ts'
import type { EmitEvent } from '../event.ts'
import { waitUnlessRunMustStop } from '../work/stop.ts'
import type { GateReport } from './reports/gate-report.ts'

// The time in milliseconds between two evaluations of the gates. The gates are not evaluated more often, because counting rows
// loads the server.
const POLL_MS = 5000

/** The clock, the stop signal and the time limit of a wait for gates. */
export interface GateWaitSettings {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly waitMs: number
  readonly emit: EmitEvent
}

/**
 * Evaluates the gates repeatedly until the phase may start or the time limit has passed, and returns the last report. Emits
 * `gates-waiting` before the first wait, and each time the states or evidence of the gates have changed.
 */
export async function waitForGates(ask: () => Promise<GateReport>, wait: GateWaitSettings): Promise<GateReport> {
  const { clock, signal, waitMs, emit } = wait
  const startedMs = clock.elapsedMs()
  let told = ''
  for (;;) {
    const report = await ask()
    const leftMs = waitMs - (clock.elapsedMs() - startedMs)
    if (report.open || leftMs <= 0) return report
    const { release = '', phase = '' } = report
    const gates = report.gates.filter(({ state }) => state !== 'open').map(({ gate, state, evidence }) => ({ gate, state, evidence }))
    if (JSON.stringify(gates) !== told) emit({ type: 'gates-waiting', release, phase, gates })
    told = JSON.stringify(gates)
    await waitUnlessRunMustStop(clock, Math.min(POLL_MS, leftMs), signal, `the gates of ${phase} of ${release}`)
  }
}
