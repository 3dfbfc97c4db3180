import type { OnlineChangeWriter } from '../../dialect/online-writer.ts'
import type { SchemaChangeSqlWriter } from '../../dialect/schema-writer.ts'
import { sqlName } from '../../dialect/sql.ts'
import { type EffectContext, makeEffectContext } from '../../effect/surroundings.ts'
import type { PhaseName } from '../../phase/phase.ts'
import type { PoliciesByPhase } from '../../phase/policy.ts'
import type { PatternServerName, QuotedPatternArguments } from '../../project/patterns/pattern.ts'
import { type Difference, objectBeforeDifference } from '../../schema/difference.ts'
import { isConstraintNamePossiblyGenerated } from '../../schema/generated-name.ts'
import { type ColumnObject, type DialectName, formatObjectName, type SchemaObject, tableGroupKey } from '../../schema/object.ts'
import type { SchemaState } from '../../schema/state.ts'

/** The schemas, policies and options from which the engine plans a draft. */
export interface DraftContext {
  readonly dialect: DialectName
  readonly write: SchemaChangeSqlWriter
  readonly online: OnlineChangeWriter
  /** The schema at the end of the chain of releases. */
  readonly from: SchemaState
  /** The wanted schema, in which the drafted release must end. */
  readonly to: SchemaState
  readonly policies: PoliciesByPhase
  /** The removed columns that the user declared as not renamed, in the form `table.column`. */
  readonly notRenamed: ReadonlySet<string>
}

/**
 * Collects what the engine must know about the two schemas in order to determine the effects of a difference on the old version
 * of the application.
 */
export function makeDraftEffectContext({ from, to }: DraftContext): EffectContext {
  return makeEffectContext([from], from, to)
}

/** Returns true if the policy of a phase admits all the given effects. */
export function areEffectsAdmittedByPolicy({ policies }: DraftContext, phase: PhaseName, effects: readonly string[]): boolean {
  return effects.every((effect) => effect in policies[phase].admits)
}

/**
 * Returns the objects of a table: the table itself, its columns, constraints, indexes and triggers. The result is empty if the
 * table does not exist.
 */
export function objectsOfTable(state: SchemaState, table: string): readonly SchemaObject[] {
  return [...(state.groups.get(tableGroupKey(table))?.values() ?? [])]
}

/**
 * The declaration with which a migration file may contain a constraint name that the server generated. The author thereby
 * declares that the constraint has the same name in every database.
 */
export const GENERATED_NAME_DECLARATION = 'despite generated-name because every database has this name'

/**
 * Returns a question about a dropped or changed constraint if the server possibly generated the name of the constraint. Otherwise
 * the result is empty.
 */
export function makeGeneratedNameQuestions(context: DraftContext, difference: Difference): readonly string[] {
  if (difference.kind === 'added') return []
  const object = objectBeforeDifference(difference)
  if (!isConstraintNamePossiblyGenerated(object, context.dialect) || !isTableOfBothSchemas(context, object.table)) return []
  // On MySQL and MariaDB, every primary key has the name PRIMARY in every database, so the author need not check the name.
  if (object.kind === 'primary-key' && context.dialect !== 'postgres') return []
  return [
    `The server generated the name of the ${formatObjectName(object)}. Do all databases of the project have this name? If not, look for the constraint by its columns.`,
  ]
}

/** Returns the names of the primary key columns of a table. The result is empty if the table has no primary key. */
export function primaryKeyColumnsOf(state: SchemaState, table: string): readonly string[] {
  const key = objectsOfTable(state, table).find(({ kind }) => kind === 'primary-key')
  return key?.kind === 'primary-key' ? key.columns : []
}

/** Returns true if the table exists in both the old and the wanted schema. */
export function isTableOfBothSchemas({ from, to }: DraftContext, table: string): boolean {
  return from.groups.has(tableGroupKey(table)) && to.groups.has(tableGroupKey(table))
}

/**
 * Returns the server whose SQL a pattern uses. A pattern is a template for the migration files of a common change. Each pattern
 * has SQL for PostgreSQL, and SQL for MySQL and MariaDB.
 */
export function patternServerOf({ dialect }: DraftContext): PatternServerName {
  return dialect === 'postgres' ? 'postgres' : 'mysql'
}

// The longest generated name in characters. MySQL and MariaDB refuse names of more than 64 characters, and PostgreSQL shortens
// names of more than 63 bytes.
const LONGEST_NAME = 60

/**
 * Returns the values that a pattern inserts into its migration files, with all names quoted for the server. A pattern is a
 * template for the migration files of a common change.
 */
export function makeQuotedPatternArguments(
  { online, from }: DraftContext,
  { table, name }: Pick<ColumnObject, 'table' | 'name'>,
  { to = name, type = '', value = '' }: { readonly to?: string; readonly type?: string; readonly value?: string },
): QuotedPatternArguments {
  const quote = (...path: readonly string[]) => online.render(sqlName(...path))
  const words: Readonly<Record<string, string>> = { table: table.replaceAll('.', '_'), column: name, to }
  const joined = (parts: readonly string[]) => parts.join('_').slice(0, LONGEST_NAME)
  return {
    table: online.nameOfTable(table),
    key: quote(primaryKeyColumnsOf(from, table)[0] ?? 'id'),
    column: quote(name),
    to: quote(to),
    type,
    value,
    joined: (...parts) => quote(joined(parts.map((part) => (typeof part === 'string' ? (words[part] ?? part) : part.text)))),
  }
}

/** Returns a slug of the names in lower case, with at most 60 characters, such as `item-price`. */
export function makeSlugFromNames(...names: readonly string[]): string {
  const slug = names
    .join('-')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
  return slug === '' ? 'change' : slug.toLowerCase()
}
