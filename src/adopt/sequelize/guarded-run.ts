import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import type { InterphaseError } from '../../error.ts'

/** An action of an old migration whose SQL the engine cannot record. */
export type UnrecordableMigrationAction = 'starts another process' | 'ends the process'

const STARTS = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'] as const

/**
 * Runs the code of an old migration. If the code tries to start another process or to end the Node process, the attempt fails. The
 * function then throws the error that `refusal` returns, even if the code catches this error.
 */
export async function runOldMigrationGuarded<T>(
  work: () => Promise<T>,
  refusal: (action: UnrecordableMigrationAction) => InterphaseError,
): Promise<T> {
  let tried: InterphaseError | undefined
  const refuse = (action: UnrecordableMigrationAction) => () => {
    tried ??= refusal(action)
    throw tried
  }
  const before = STARTS.map((name) => [name, childProcess[name]] as const)
  const exit: unknown = Reflect.get(process, 'exit')
  for (const name of STARTS) Reflect.set(childProcess, name, refuse('starts another process'))
  Reflect.set(process, 'exit', refuse('ends the process'))
  syncBuiltinESMExports()
  try {
    const result = await work()
    if (tried) throw tried
    return result
  } catch (error) {
    throw tried ?? error
  } finally {
    for (const [name, start] of before) Reflect.set(childProcess, name, start)
    Reflect.set(process, 'exit', exit)
    syncBuiltinESMExports()
  }
}
