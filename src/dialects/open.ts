import type { Dialect, Session, Target } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import type { DialectName } from '../schema/object.ts'

/** The dialect of this name. Its driver is loaded only now: no command pays for the servers that it does not meet. */
export async function dialectOf(name: DialectName): Promise<Dialect> {
  switch (name) {
    case 'postgres':
      return (await import('./postgres/postgres.ts')).postgres
    case 'mysql':
      return (await import('./mysql/mysql.ts')).mysql
    case 'mariadb':
      return (await import('./mysql/mysql.ts')).mariadb
  }
}

/** Opens the target with the dialect that its URL and its server speak, which must be one that the project declares. */
export async function openTarget(
  target: Target,
  declared: readonly DialectName[],
): Promise<{ readonly dialect: Dialect; readonly session: Session }> {
  const name = await dialectAt(target)
  if (!declared.includes(name)) throw new InterphaseError('config.dialect', { dialect: name, declared })
  const dialect = await dialectOf(name)
  return { dialect, session: await dialect.open(target) }
}

async function dialectAt(target: Target): Promise<DialectName> {
  const scheme = /^([a-z]+):/i.exec(target.url)?.[1]?.toLowerCase()
  switch (scheme) {
    case 'postgres':
    case 'postgresql':
      return 'postgres'
    case 'mariadb':
      return 'mariadb'
    case 'mysql':
      // Both servers are reached by this scheme; only the server knows which it is.
      return (await import('./mysql/mysql.ts')).dialectAt(target)
    default:
      throw new InterphaseError('database.bad-url', {
        problem: scheme === undefined ? 'it has no scheme' : `there is no database "${scheme}"`,
      })
  }
}
