import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { ROOT } from '../structure/source.ts'
import { project } from './project.ts'
import { freshDatabase, serverUrl } from './servers.ts'

/**
 * The environment in which the commands of a page are executed: an empty directory, the built `interphase` in the PATH and in
 * `node_modules`, and a database.
 */
export interface Reader {
  readonly directory: string
  readonly database: string
  readonly env: NodeJS.ProcessEnv
}

export async function newReader(): Promise<Reader> {
  const [server, database] = await Promise.all([serverUrl('postgres'), freshDatabase('postgres')])
  const directory = project({
    'bin/interphase': `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'dist', 'cli', 'main.js')}" "$@"\n`,
  })
  chmodSync(join(directory, 'bin', 'interphase'), 0o755)
  mkdirSync(join(directory, 'node_modules'))
  symlinkSync(ROOT, join(directory, 'node_modules', 'interphase'))
  const env = {
    ...process.env,
    PATH: `${join(directory, 'bin')}${delimiter}${process.env['PATH']}`,
    // The commands of a page would start the embedded server each time. With these variables, they use a running server.
    DATABASE_URL: database,
    INTERPHASE_SHADOW_POSTGRES_URL: server,
    FORCE_COLOR: '0',
  }
  return { directory, database, env }
}
