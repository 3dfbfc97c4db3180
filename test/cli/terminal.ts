import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { inherited, listenTo, type Started, shellWords } from './cli.ts'

/** True where a pseudo terminal can be had: `script` of util-linux; others of that name take other options. */
export const HAS_TERMINAL = (spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '').includes('util-linux')

// Keys, as a terminal sends them.
export const ENTER = '\r'
export const CTRL_C = '\x03'
export const CTRL_D = '\x04'
export const CTRL_Z = '\x1a'

export interface Terminal extends Started {
  readonly type: (keys: string) => void
}

const children = new Set<ChildProcessWithoutNullStreams>()

/** Starts the command line at a terminal of 80 columns; `shell` says what a shell there makes of its call. */
export function startAtTerminal(
  directory: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  shell: (call: string) => string = (call) => `exec ${call}`,
): Terminal {
  const child = spawn('script', ['-qec', `stty cols 80 rows 24; ${shell(shellWords(args))}`, '/dev/null'], {
    cwd: directory,
    env: { ...inherited(), SHELL: '/bin/sh', TERM: 'xterm-256color', ...environment },
  })
  children.add(child)
  child.once('close', () => children.delete(child))
  return { ...listenTo(child), type: (keys) => child.stdin.write(keys) }
}

/** Ends what a failed test has left. */
export function endTerminals(): void {
  for (const child of children) child.kill('SIGKILL')
}
