import type { ScriptWorkBody } from '../body.ts'
import type { MigrationWorkKind } from './kind.ts'

/** The kind of work of a SQL file. Each statement of the file is one step. */
export const scriptWorkKind: MigrationWorkKind<ScriptWorkBody> = {
  isReadBefore: true,
  isStepOneStatement: true,
  countMigrationSteps: ({ statements }) => statements.length,
  statements: ({ statements }) => statements,
  texts: ({ statements }) => statements.map(({ text, written = text }) => written),
  // A call of a routine, and a block under LOCK TABLES, execute several statements, and each of these statements can commit. A
  // failure can therefore leave a committed part.
  canCommitPartly: ({ statements }, index) => {
    const { manner, isCombined, writesWithoutRollback } = statements[index] ?? {}
    return manner === 'atomic' || isCombined === true || writesWithoutRollback === true
  },
  perform: async (runner, { migration }, { statements }, { index, tag, approve, inTransaction }) => {
    const statement = statements[index]
    if (!statement) return 0
    const at = { file: migration.file, line: statement.line }
    await approve(statement.text, at, runner.known?.(index), inTransaction)
    runner.emit({
      type: 'statement-started',
      migration: migration.id,
      statement: index,
      of: statements.length,
      text: statement.text,
    })
    const outcome = await runner.session.execute(tag + statement.text, at)
    if (index === statements.length - 1) await runner.session.reset()
    return outcome.affected
  },
}
