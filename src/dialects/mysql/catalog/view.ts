import type { SchemaObjectId, ViewObject } from '../../../schema/object.ts'
import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'
import { removeMysqlDatabaseName } from './expression.ts'
import { parenthesizeMysqlJoins } from './joined.ts'
import type { MysqlViewColumnRow, MysqlViewRow } from './questions.ts'
import { normalizeMysqlColumnType } from './type.ts'

/**
 * Returns the schema object of a view. `row` is the row that `information_schema` contains for the view. In the definition of
 * this row, the name of the database precedes every table name. `created` is the output of SHOW CREATE VIEW, and is empty if the
 * server did not print the view.
 */
export function makeMysqlViewObject(
  row: MysqlViewRow,
  created: string,
  columns: readonly MysqlViewColumnRow[],
  database: string,
  isView: (name: string) => boolean,
): ViewObject {
  const printed = row.definition ?? ''
  const options = optionsOf(row, created)
  const dependsOn = dependenciesOf(printed, database, isView)
  return {
    kind: 'view',
    name: row.name,
    columns: columns.map(({ name, type }) => ({ name, type: normalizeMysqlColumnType(type) })),
    definition: parenthesizeMysqlJoins(removeMysqlDatabaseName(printed, database)),
    ...(options.length === 0 ? {} : { options }),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
  }
}

function optionsOf(row: MysqlViewRow, created: string): readonly string[] {
  const algorithm = /^CREATE ALGORITHM=(MERGE|TEMPTABLE) /.exec(created)?.[1]
  return [
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm.toLowerCase()}`]),
    ...(row.checkOption === 'NONE' ? [] : [`with ${row.checkOption.toLowerCase()} check option`]),
    ...(row.security === 'INVOKER' ? ['sql security invoker'] : []),
  ]
}

/**
 * Returns the objects that a view depends on. In the text that the server prints, `database`.`table` is a table, the name after a
 * table is an alias, and alias.`column` is a column.
 */
function dependenciesOf(text: string, database: string, isView: (name: string) => boolean): readonly SchemaObjectId[] {
  const tokens = tokenizeMysql(text)
  const found = new Set<SchemaObjectId>()
  const tables = new Map<string, string>()
  tokens.forEach((token, index) => {
    // Before a parenthesis, the server prints backticks only around the names of user-defined routines. It prints its own
    // functions without backticks.
    if (token.kind === 'name' && tokens[index + 1]?.value === '(' && !opensTable(tokens[index - 1])) found.add(`function:${token.value}`)
    if (!begins(tokens, index) || token.value !== database) return
    const object = tokens[index + 2]?.value ?? ''
    const after = tokens[index + 3]
    if (after?.value !== '.' && after?.value !== '(') {
      tables.set(after?.kind === 'name' ? after.value : object, object)
      found.add(`${isView(object) ? 'view' : 'table'}:${object}`)
    }
  })
  tokens.forEach((token, index) => {
    const table = tables.get(token.value)
    const column = tokens[index + 2]
    if (table !== undefined && token.kind === 'name' && tokens[index + 1]?.value === '.' && column?.kind === 'name' && !isView(table)) {
      if (tokens[index + 3]?.value !== '.') found.add(`column:${table}.${column.value}`)
    }
  })
  return [...found].sort()
}

/** Returns true when the name before a parenthesis is a common table expression with a list of columns. */
function opensTable(before: MysqlToken | undefined): boolean {
  return before?.value === 'WITH' || before?.value === 'RECURSIVE'
}

function begins(tokens: readonly MysqlToken[], index: number): boolean {
  return tokens[index]?.kind === 'name' && tokens[index + 1]?.value === '.' && tokens[index - 1]?.value !== '.'
}
