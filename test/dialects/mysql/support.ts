import { after } from 'mocha'
import type { DatabaseSession, Dialect } from '../../../src/dialect/dialect.ts'
import { mariadbDialect, mysqlDialect } from '../../../src/dialects/mysql/mysql.ts'
import { execute, onServers } from '../../support/servers.ts'

export const AT = { file: 'releases/1/010-a.expand.sql', line: 3 }

export interface Executor {
  readonly dialect: Dialect
  /** A fresh database, with these statements executed. */
  readonly database: (...statements: readonly string[]) => Promise<string>
  /** A session on it, closed after the tests. */
  readonly open: (url: string, purpose?: string) => Promise<DatabaseSession>
}

/** One suite per server. */
export function onBoth(suite: (name: 'mysql' | 'mariadb', executor: Executor) => void): void {
  onServers(['mariadb', 'mysql'], (name, fresh) => {
    const dialect = name === 'mysql' ? mysqlDialect : mariadbDialect
    const opened: DatabaseSession[] = []
    suite(name === 'mysql' ? 'mysql' : 'mariadb', {
      dialect,
      database: async (...statements) => {
        const url = await fresh()
        if (statements.length > 0) await execute(url, ...statements)
        return url
      },
      open: async (url, purpose = 'interphase test') => {
        const session = await dialect.open({ url, purpose })
        opened.push(session)
        return session
      },
    })
    after(async () => {
      await Promise.all(opened.map((session) => session.close()))
    })
  })
}
