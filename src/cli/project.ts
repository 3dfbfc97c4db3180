import { readFileSync } from 'node:fs'
import type { EngineOptions, Interphase } from '../engine.ts'
import { findCiJob } from './ci-job.ts'
import { readDatabaseUrl, readShadowServerUrls, readTlsOptions } from './connection.ts'
import { openProgressReporter, type ProgressReporter } from './reporter.ts'
import { makeStopSignal } from './stop-signal.ts'
import type { ProjectCommandOptions, TargetCommandOptions } from './verb.ts'

/** Opens the project. The engine is loaded by this function and not earlier, so that help and usage errors are fast. */
export async function openProject(options: ProjectCommandOptions, more: EngineOptions = {}): Promise<Interphase> {
  const { Interphase } = await import('../engine.ts')
  return Interphase.open({ directory: options.projectDir ?? process.cwd(), ...more })
}

/** Opens the project together with a target database. */
export function openProjectWithDatabase(options: TargetCommandOptions, more: EngineOptions = {}): Promise<Interphase> {
  const url = readDatabaseUrl(options, process.env, (file) => readFileSync(file, 'utf8'))
  const tls = readTlsOptions(options)
  const job = findCiJob(process.env)
  return openProject(options, {
    ...(job !== undefined && { job }),
    ...(url !== undefined && { databaseUrl: url }),
    ...(tls && { tls }),
    ...more,
  })
}

/** The facts that a command which changes a database needs while it runs: the stop signal, the completed phases, and the live line. */
export interface RunningCommandContext {
  readonly engine: Interphase
  /** Aborts when the process is asked to stop, for example by Ctrl-C. */
  readonly signal: AbortSignal
  /** The phases that this run has completed so far. */
  readonly ran: ProgressReporter['ran']
  /** Removes the line with the current work from the terminal until the next event. */
  readonly rest: ProgressReporter['rest']
}

/**
 * Opens the project and a target database for a command that changes the database. Progress is printed, and a stop signal ends the run
 * in an orderly way.
 */
export function openForChangingDatabase(
  options: TargetCommandOptions,
  work: (running: RunningCommandContext) => Promise<void>,
): Promise<void> {
  return aloud(options, (more) => openProjectWithDatabase(options, more), work)
}

/**
 * Opens the project for the commands that execute releases on shadow databases. The servers come from the environment or the
 * configuration.
 */
export function openForRecording(options: ProjectCommandOptions, work: (running: RunningCommandContext) => Promise<void>): Promise<void> {
  return aloud(options, (more) => openProject(options, { ...more, shadow: readShadowServerUrls(process.env) }), work)
}

async function aloud(
  options: ProjectCommandOptions,
  open: (more: EngineOptions) => Promise<Interphase>,
  work: (running: RunningCommandContext) => Promise<void>,
): Promise<void> {
  const reporter = await openProgressReporter(options)
  const signal = makeStopSignal(reporter.warn)
  try {
    await work({ engine: await open({ emit: reporter.emit, signal }), signal, ran: reporter.ran, rest: reporter.rest })
  } finally {
    reporter.rest()
  }
}
