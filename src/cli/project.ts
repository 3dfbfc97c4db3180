import { readFileSync } from 'node:fs'
import type { EngineOptions, Interphase } from '../engine.ts'
import { findCiJobUrl } from './ci-job.ts'
import { makeTlsSettingsFromOptions, readDatabaseUrl, readShadowServerUrls } from './connection.ts'
import { openProgressReporter, type ProgressReporter } from './reporter.ts'
import { makeProcessStopSignal } from './stop-signal.ts'
import type { ProjectCommandOptions, TargetCommandOptions } from './verb.ts'

/** Opens the project. Only this function loads the engine, so that the help text and usage errors do not wait for it. */
export async function openProject(options: ProjectCommandOptions, more: EngineOptions = {}): Promise<Interphase> {
  const { Interphase } = await import('../engine.ts')
  return Interphase.open({ directory: options.projectDir ?? process.cwd(), ...more })
}

/** Opens the project with the target database that the options, the environment or the configuration name. */
export function openProjectWithDatabase(options: TargetCommandOptions, more: EngineOptions = {}): Promise<Interphase> {
  const url = readDatabaseUrl(options, process.env, (file) => readFileSync(file, 'utf8'))
  const tls = makeTlsSettingsFromOptions(options)
  const job = findCiJobUrl(process.env)
  return openProject(options, {
    ...(job !== undefined && { job }),
    ...(url !== undefined && { databaseUrl: url }),
    ...(tls && { tls }),
    ...more,
  })
}

/** The engine, the stop signal and the progress output of a running command. */
export interface RunningCommandContext {
  readonly engine: Interphase
  /** A signal that aborts when the process is asked to stop, for example by Ctrl-C. */
  readonly signal: AbortSignal
  /** Returns the phases that the run has completed. */
  readonly ran: ProgressReporter['ran']
  /** Removes the line that shows the current work from the terminal. The line appears again at the next event. */
  readonly rest: ProgressReporter['rest']
}

/**
 * Opens the project with a target database, and calls `work`. Prints the progress. After a stop signal, the engine completes or
 * rolls back the current statement, and stops.
 */
export function runWithTargetDatabase(
  options: TargetCommandOptions,
  work: (running: RunningCommandContext) => Promise<void>,
): Promise<void> {
  return aloud(options, (more) => openProjectWithDatabase(options, more), work)
}

/**
 * Opens the project with the shadow servers of the environment or the configuration, and calls `work`. Prints the progress. After
 * a stop signal, the engine completes or rolls back the current statement, and stops.
 */
export function runWithShadowServers(
  options: ProjectCommandOptions,
  work: (running: RunningCommandContext) => Promise<void>,
): Promise<void> {
  return aloud(options, (more) => openProject(options, { ...more, shadow: readShadowServerUrls(process.env) }), work)
}

async function aloud(
  options: ProjectCommandOptions,
  open: (more: EngineOptions) => Promise<Interphase>,
  work: (running: RunningCommandContext) => Promise<void>,
): Promise<void> {
  const reporter = await openProgressReporter(options)
  const signal = makeProcessStopSignal(reporter.warn)
  try {
    await work({ engine: await open({ emit: reporter.emit, signal }), signal, ran: reporter.ran, rest: reporter.rest })
  } finally {
    reporter.rest()
  }
}
