import type { PhaseName } from '../../phase/phase.ts'
import type { CommonUpgradeOptions, EndPointOptions, NextPhase, SinglePhaseOption } from '../../run/upgrade.ts'
import { runWithDestructionConfirmation } from '../confirm.ts'
import { printCommandResult, printJsonLine } from '../output.ts'
import { type RunningCommandContext, runWithTargetDatabase } from '../project.ts'
import { formatRunResult } from '../render/ran.ts'
import type { UpgradingCommandOptions } from '../verb.ts'

/** Runs one phase of the current release, for the command `expand`, `migrate` or `contract`. */
export function runSinglePhaseCommand(
  options: UpgradingCommandOptions,
  only: PhaseName,
  more: Partial<CommonUpgradeOptions> = {},
): Promise<void> {
  return runWithTargetDatabase(options, async (running) => {
    const runOptions: SinglePhaseOption & Partial<CommonUpgradeOptions> = {
      only,
      waitMs: options.wait * 1000,
      ...limitsOf(options),
      ...more,
    }
    let next: NextPhase | undefined
    const upgrade = async (more: Partial<CommonUpgradeOptions> = {}) => {
      ;({ next } = await running.engine.upgrade({ ...runOptions, ...more }))
    }
    await runWithDestructionConfirmation(
      { ...running, json: options.json ?? false },
      () => upgrade(),
      ({ facts }) => upgrade({ confirmed: facts.destroys }),
    )
    tellRan(options, running, next)
  })
}

/** Runs every phase up to the end point, for the command `up`. Each release that destroys data needs a separate confirmation. */
export function runUpCommand(options: UpgradingCommandOptions, more: EndPointOptions & Partial<CommonUpgradeOptions>): Promise<void> {
  return runWithTargetDatabase(options, async (running) => {
    const runOptions = { waitMs: options.wait * 1000, ...limitsOf(options), ...more }
    let next: NextPhase | undefined
    const up = (): Promise<void> =>
      runWithDestructionConfirmation(
        { ...running, json: options.json ?? false },
        async () => {
          ;({ next } = await running.engine.upgrade(runOptions))
        },
        async ({ facts }) => {
          await running.engine.upgrade({ ...runOptions, to: facts.release, confirmed: facts.destroys })
          await up()
        },
      )
    await up()
    tellRan(options, running, next)
  })
}

function limitsOf({ maxTime, maxRows, workers }: UpgradingCommandOptions): Partial<CommonUpgradeOptions> {
  return {
    ...(maxTime !== undefined && { maxTimeMs: maxTime * 1000 }),
    ...(maxRows !== undefined && { maxRows }),
    ...(workers !== undefined && { workers }),
  }
}

function tellRan({ json }: UpgradingCommandOptions, { ran }: RunningCommandContext, next: NextPhase | undefined): void {
  if (json) printJsonLine({ type: 'result', ran: ran(), ...(next && { next }) })
  else printCommandResult(formatRunResult(ran(), next))
}
