import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Ended, interphase } from '../cli/cli.ts'
import { ROOT } from '../structure/source.ts'
import { dialectOfServer, type Files } from './chain.ts'
import { project, put } from './project.ts'
import { type ServerName, serverUrl } from './servers.ts'

/** A project with old migrations, in whose directory the old tool's packages are installed. */
export function projectOfOldTool(server: ServerName, migrations: Files): string {
  const root = project({
    'interphase.config.json': JSON.stringify({ project: 'shop', dialects: [dialectOfServer(server)], ignore: ['SequelizeMeta'] }),
    'releases/README.md': 'The releases.',
  })
  put(root, Object.fromEntries(Object.entries(migrations).map(([name, text]) => [`migrations/${name}`, text])))
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  return root
}

/** Runs a command in such a project, with the server for its scratch databases. */
export async function runInOldProject(server: ServerName, root: string, url: string, ...args: readonly string[]): Promise<Ended> {
  const shadow = `INTERPHASE_SHADOW_${dialectOfServer(server).toUpperCase()}_URL`
  return interphase(root, args, { INTERPHASE_DATABASE_URL: url, [shadow]: (await serverUrl(server)) ?? '' })
}
