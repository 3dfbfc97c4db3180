import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { LOADER, moduleFile } from './built.ts'

/** The settings of an instance of the application. */
export interface InstanceSettings {
  readonly url: string
  readonly release: string
  /** False for one that only connects. */
  readonly joins: boolean
  readonly leaseSeconds: number
  /** The name of its sessions. */
  readonly name?: string
  /** The column that the code of its release reads. */
  readonly column: string
}

/** An instance of the application, in a process of its own. */
export interface Instance {
  readonly process: ChildProcess
  /** Sends a statement of its release. The error, if it fails. */
  work(): Promise<string | undefined>
  /** Ends it as a deployment tool does: it leaves the fleet. */
  stop(): Promise<void>
  /** SIGKILL: it cannot leave. */
  kill(): Promise<void>
}

type Said =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'worked'; readonly problem?: string }

const started = new Set<ChildProcess>()

/** Starts an instance, and waits until it works. Gives its words if it refuses to start. */
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

/** Starts an instance that does not refuse. */
export async function startedInstance(settings: InstanceSettings): Promise<Instance> {
  const instance = await startInstance(settings)
  if (typeof instance === 'string') throw new Error(instance)
  return instance
}

/** Ends the instances that a failed test left behind. */
export function killInstances(): void {
  for (const process of started) process.kill('SIGKILL')
}
