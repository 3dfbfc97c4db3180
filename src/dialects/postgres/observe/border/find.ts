import type { ObjectNamedByStatement, ObjectThatNameResolvesTo } from '../../../../dialect/border.ts'
import type { DatabaseSession } from '../../../../dialect/dialect.ts'
import { joinSql, type SqlStatement, sql, sqlValue, sqlVerbatim } from '../../../../dialect/sql.ts'
import type { SchemaGroupKey } from '../../../../schema/object.ts'
import { functionNameExpressionSql, objectNameExpressionSql } from '../../catalog/reference.ts'
import { STANDALONE_KINDS_IN_GRAMMAR, type StandaloneKindInGrammar } from './standalone-kinds.ts'

interface Row {
  /**
   * The position of the name in the list of names, counted from 1. The type is text, because the driver returns a bigint as text.
   */
  readonly place: string
  readonly label: string
  /** The table to which the object belongs. Only an index, a partition, and the sequence of a column belong to a table. */
  readonly owner: string | null
  /** The word for the kind of a relation or a routine in messages, such as `view`. */
  readonly word?: string
  /**
   * The beginning of the key under which a schema state stores the object, such as `cast:`. Only an object of kind 'standalone'
   * has this field.
   */
  readonly group?: string
}

/**
 * Returns the objects of the live database to which names in statements refer. For a name without a schema, the function uses the
 * search path.
 */
export async function resolveNamedObjects(
  session: DatabaseSession,
  named: readonly ObjectNamedByStatement[],
): Promise<readonly ObjectThatNameResolvesTo[]> {
  const found: ObjectThatNameResolvesTo[] = []
  for (const kind of new Set(named.map((one) => one.kind))) {
    const query = QUERIES[kind]
    const asked = named.filter((one) => one.kind === kind)
    const rows = query ? await session.query<Row>(query(asked)) : []
    for (const { place, label, owner, group, word } of rows) {
      const one = asked[Number(place) - 1]
      if (one)
        found.push({
          groups: group === undefined ? groupsOf(kind, label, owner) : [`${group}${label}`],
          says: `${one.what ?? word ?? kind} ${label}`,
          named: one,
        })
    }
  }
  return found
}

function groupsOf(kind: ObjectNamedByStatement['kind'], label: string, owner: string | null): readonly SchemaGroupKey[] {
  switch (kind) {
    case 'relation':
      return [label, ...(owner === null ? [] : [owner])].flatMap((name): SchemaGroupKey[] => [
        `table:${name}`,
        `view:${name}`,
        `sequence:${name}`,
      ])
    case 'routine':
      return [`function:${label}`]
    case 'type':
      return ['enum:', 'domain:', 'opaque:composite type ', 'opaque:range type ', 'opaque:type ', 'table:', 'view:'].map(
        (prefix): SchemaGroupKey => `${prefix}${label}`,
      )
    case 'schema':
      return [`schema:${label}`]
    case 'referrers':
      return []
    case 'trigger':
    case 'event':
    case 'standalone':
      return []
  }
}

type Query = (named: readonly ObjectNamedByStatement[]) => SqlStatement

const QUERIES: { readonly [K in ObjectNamedByStatement['kind']]?: Query } = {
  relation: (named) => sql`SELECT a.place, ${sqlVerbatim(objectNameExpressionSql('c.relnamespace', 'c.relname'))} AS label,
    (SELECT ${sqlVerbatim(objectNameExpressionSql('o.relnamespace', 'o.relname'))} FROM pg_class o WHERE o.oid = ${sqlVerbatim(OWNER)}) AS owner,
    CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'i' THEN 'index' WHEN 'I' THEN 'index'
      WHEN 'c' THEN 'type' ELSE 'table' END AS word
    FROM ${asked(named)} JOIN pg_class c ON c.oid = to_regclass(${PATH}) WHERE c.relpersistence <> 't'`,
  routine: (named) => sql`SELECT a.place, ${sqlVerbatim(functionNameExpressionSql('p'))} AS label, NULL AS owner,
    CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS word
    FROM ${asked(named)} JOIN pg_proc p ON p.proname = a.name AND (a.parameters < 0 OR a.parameters = p.pronargs)
    JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE CASE WHEN a.schema = '' THEN pg_function_is_visible(p.oid) AND n.nspname <> 'pg_catalog' ELSE n.nspname = a.schema END`,
  type: (named) => sql`SELECT a.place, ${sqlVerbatim(objectNameExpressionSql('t.typnamespace', 't.typname'))} AS label, NULL AS owner
    FROM ${asked(named)} JOIN pg_type t ON t.oid = to_regtype(${PATH}) WHERE t.oid >= 16384`,
  schema: (named) => sql`SELECT a.place, n.nspname AS label, NULL AS owner FROM ${asked(named)} JOIN pg_namespace n ON n.nspname = a.name
    WHERE n.nspname <> COALESCE(current_schema(), '')`,
  standalone: (named) =>
    joinSql(
      STANDALONE_KINDS_IN_GRAMMAR.filter(({ what }) => named.some((one) => one.what === what)).map((one) => standaloneQuery(one, named)),
      sql` UNION ALL `,
    ),
}

const PATH = sql`CASE WHEN a.schema = '' THEN '' ELSE quote_ident(a.schema) || '.' END || quote_ident(a.name)`

// The SQL expression for the table to which a relation belongs: the table of an index, the root of a partition, or the table of
// the sequence of a column.
const OWNER = `COALESCE(pg_partition_root(c.oid), (SELECT COALESCE(pg_partition_root(i.indrelid), i.indrelid) FROM pg_index i WHERE i.indexrelid = c.oid),
  (SELECT d.refobjid FROM pg_depend d WHERE c.relkind = 'S' AND d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
    AND d.refclassid = 'pg_class'::regclass LIMIT 1))`

function standaloneQuery(
  { catalog, name, schema, what, group }: StandaloneKindInGrammar,
  named: readonly ObjectNamedByStatement[],
): SqlStatement {
  const label = schema === undefined ? `o.${name}::text` : objectNameExpressionSql(`o.${schema}`, `o.${name}`)
  const isIn =
    schema === undefined ? 'true' : `(a.schema = '' OR a.schema = (SELECT n.nspname FROM pg_namespace n WHERE n.oid = o.${schema}))`
  return sql`SELECT a.place, ${sqlVerbatim(label)} AS label, NULL AS owner, ${sqlValue(group)} AS group
    FROM ${asked(named)} JOIN ${sqlVerbatim(catalog)} o ON o.${sqlVerbatim(name)} = a.name AND a.what = ${sqlValue(what)} AND ${sqlVerbatim(isIn)} WHERE o.oid >= 16384`
}

function asked(named: readonly ObjectNamedByStatement[]): SqlStatement {
  const parameters = named.map((one) => String(one.parameters ?? -1))
  return sql`unnest(${sqlValue(named.map(({ schema }) => schema ?? ''))}::text[], ${sqlValue(named.map(({ name }) => name))}::text[],
    ${sqlValue(parameters)}::int[], ${sqlValue(named.map(({ what }) => what ?? ''))}::text[]) WITH ORDINALITY AS a(schema, name, parameters, what, place)`
}
