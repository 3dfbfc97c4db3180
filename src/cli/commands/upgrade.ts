import type { PhaseName } from '../../phase/phase.ts'
import type { OnePhase, RunOptions, UpTo } from '../../run/upgrade.ts'
import { withConfirmation } from '../confirm.ts'
import { print, printJsonLine } from '../output.ts'
import { openRun, type RunContext } from '../project.ts'
import { ranText } from '../render/ran.ts'
import type { RunningOptions } from '../verb.ts'

/** Runs one phase of the current release: the command `expand`, `migrate` or `contract`. */
export function runOnly(options: RunningOptions, only: PhaseName, more: Partial<RunOptions> = {}): Promise<void> {
  return openRun(options, async (running) => {
    const runOptions: OnePhase & Partial<RunOptions> = { only, waitMs: options.wait * 1000, ...more }
    await withConfirmation(
      { ...running, json: options.json ?? false },
      () => running.engine.upgrade(runOptions),
      ({ facts }) => running.engine.upgrade({ ...runOptions, confirmed: facts.destroys }),
    )
    tellRan(options, running)
  })
}

/** Runs every phase up to the end point: the command `up`. Each release asks for its own confirmation before it destroys data. */
export function runUp(options: RunningOptions, more: UpTo & Partial<RunOptions>): Promise<void> {
  return openRun(options, async (running) => {
    const runOptions = { waitMs: options.wait * 1000, ...more }
    const up = (): Promise<void> =>
      withConfirmation(
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

function tellRan({ json }: RunningOptions, { ran }: RunContext): void {
  if (json) printJsonLine({ type: 'result', ran: ran() })
  else print(ranText(ran()))
}
