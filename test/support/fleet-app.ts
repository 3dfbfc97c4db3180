import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { LOADER, moduleFile } from './built.ts'

/** The settings of an instance of the application. */
export interface InstanceSettings {
  readonly url: string
  readonly release: string
  /** Whether the instance joins the fleet. If false, the instance only connects to the database. */
  readonly joins: boolean
  readonly leaseSeconds: number
  /** The name of the sessions of the instance. */
  readonly name?: string
  /** The column that the code of the instance's release reads. */
  readonly column: string
}

/** An instance of the application in a process of its own. */
export interface Instance {
  readonly process: ChildProcess
  /** Sends a statement of the instance's release. Returns the error, or undefined if the statement succeeds. */
  work(): Promise<string | undefined>
  /** Ends the instance as a deployment tool does. The instance leaves the fleet. */
  stop(): Promise<void>
  /** Ends the instance with SIGKILL. The instance cannot leave the fleet. */
  kill(): Promise<void>
}

type Said =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'worked'; readonly problem?: string }

const started = new Set<ChildProcess>()

/** Starts an instance and waits until the instance is ready. Returns a message if the instance refuses to start. */
export async function startInstance(settings: InstanceSettings): Promise<Instance | string> {
  const process = fork(join(import.meta.dirname, 'fleet-app.mjs'), [moduleFile('fleet/index'), JSON.stringify(settings)], {
    execArgv: [...LOADER],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  started.add(process)
  const closed = once(process, 'close')
  process.once('close', () => started.delete(process))
  const next = async (): Promise<Said> => {
    const said = await Promise.race([once(process, 'message'), closed.then(() => Promise.reject(new Error('the instance ended')))])
    return (said as [Said])[0]
  }
  const first = await next()
  if (first.type === 'refused') {
    await closed
    return first.message
  }
  return {
    process,
    work: async () => {
      process.send('work')
      const said = await next()
      return said.type === 'worked' ? said.problem : undefined
    },
    stop: async () => {
      process.send('stop')
      await closed
    },
    kill: async () => {
      process.kill('SIGKILL')
      await closed
    },
  }
}

/** Starts an instance, and throws an error if the instance refuses to start. */
export async function startedInstance(settings: InstanceSettings): Promise<Instance> {
  const instance = await startInstance(settings)
  if (typeof instance === 'string') throw new Error(instance)
  return instance
}

/** Ends the instances that are still running after a failed test. */
export function killInstances(): void {
  for (const process of started) process.kill('SIGKILL')
}
