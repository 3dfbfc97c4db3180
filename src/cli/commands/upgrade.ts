import type { PhaseName } from '../../phase/phase.ts'
import type { OnePhase, RunOptions, UpTo } from '../../run/upgrade.ts'
import type { RunLimits } from '../../work/quota.ts'
import { runWithConfirmation } from '../confirm.ts'
import { printJsonLine, printResult } from '../output.ts'
import { openForChangingDatabase, type RunningCommandContext } from '../project.ts'
import { formatRunResult } from '../render/ran.ts'
import type { UpgradingOptions } from '../verb.ts'

/** Runs one phase of the current release: the command `expand`, `migrate` or `contract`. */
export function runSinglePhase(options: UpgradingOptions, only: PhaseName, more: Partial<RunOptions> = {}): Promise<void> {
  return openForChangingDatabase(options, async (running) => {
    const runOptions: OnePhase & Partial<RunOptions> = { only, waitMs: options.wait * 1000, ...limitsOf(options), ...more }
    await runWithConfirmation(
      { ...running, json: options.json ?? false },
      () => running.engine.upgrade(runOptions),
      ({ facts }) => running.engine.upgrade({ ...runOptions, confirmed: facts.destroys }),
    )
    tellRan(options, running)
  })
}

/** Runs every phase up to the end point: the command `up`. Each release asks for its own confirmation before it destroys data. */
export function runAllPhases(options: UpgradingOptions, more: UpTo & Partial<RunOptions>): Promise<void> {
  return openForChangingDatabase(options, async (running) => {
    const runOptions = { waitMs: options.wait * 1000, ...limitsOf(options), ...more }
    const up = (): Promise<void> =>
      runWithConfirmation(
        { ...running, json: options.json ?? false },
        () => running.engine.upgrade(runOptions),
        async ({ facts }) => {
          await running.engine.upgrade({ ...runOptions, to: facts.release, confirmed: facts.destroys })
          await up()
        },
      )
    await up()
    tellRan(options, running)
  })
}

function limitsOf({ maxTime, maxRows }: UpgradingOptions): RunLimits {
  return { ...(maxTime !== undefined && { maxTimeMs: maxTime * 1000 }), ...(maxRows !== undefined && { maxRows }) }
}

function tellRan({ json }: UpgradingOptions, { ran }: RunningCommandContext): void {
  if (json) printJsonLine({ type: 'result', ran: ran() })
  else printResult(formatRunResult(ran()))
}
