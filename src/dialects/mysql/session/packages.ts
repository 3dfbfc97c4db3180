import type { DatabaseSession, SourceLocation } from '../../../dialect/dialect.ts'
import { joinSql, sql, sqlValue } from '../../../dialect/sql.ts'
import { InterphaseError } from '../../../error.ts'
import { tokenizeMysql } from '../text/lexer.ts'
import { refusalOfOtherDatabase } from '../text/statements/judge.ts'
import { findQualifiersOfCalls } from '../text/statements/qualified.ts'
import { definesStoredProgram } from '../text/statements/starts.ts'

/**
 * Throws `statement.refused` for a call such as `p.f()` if `p` is no package of the current database. The text of the call does not
 * show whether `p` is a package of MariaDB or another database, so the function asks the server. A statement that creates a routine
 * or trigger can name a package that does not exist yet, because a dump creates packages after other objects. For such a statement,
 * the function throws only if a database with the name `p` exists.
 */
export async function refuseRoutineOfOtherDatabase(session: DatabaseSession, text: string, at: SourceLocation): Promise<void> {
  const names = findQualifiersOfCalls(text)
  if (names.length === 0) return
  const listed = joinSql(names.map((name) => sqlValue(name)))
  const rows = await session.query<{ name: string; isPackage: unknown }>(sql`SELECT routine_name AS name, 1 AS isPackage
    FROM information_schema.routines
    WHERE routine_schema = DATABASE() AND routine_type = 'PACKAGE' AND routine_name IN (${listed})
    UNION ALL SELECT schema_name, 0 FROM information_schema.schemata WHERE schema_name IN (${listed})`)
  const named = (isPackage: boolean) =>
    new Set(rows.filter((row) => Number(row.isPackage) === Number(isPackage)).map(({ name }) => name.toLowerCase()))
  const [packages, databases] = [named(true), named(false)]
  const onlyDefines = definesStoredProgram(tokenizeMysql(text))
  const other = names.map((name) => name.toLowerCase()).find((name) => !packages.has(name) && (!onlyDefines || databases.has(name)))
  if (other !== undefined) throw new InterphaseError('statement.refused', { ...at, ...refusalOfOtherDatabase(other) })
}
