import type { SchemaObjectId } from '../../../schema/object.ts'
import { referencedObjectIdExpressionSql } from './reference.ts'
import type { PostgresRelationRow } from './table-query.ts'

/** A dependency of a table, or of a part of a table, on another object. */
export interface PostgresDependencyRow {
  /** The oid of the table that has the dependency. */
  readonly table: string
  /**
   * The part of the table that has the dependency. `kind` is 'constraint', 'index', 'trigger', 'policy' or 'rule' with the oid of
   * the part, or 'column' with the column number.
   */
  readonly kind: string
  readonly dependent: string
  /**
   * The number of the column on which a part of the table, such as a constraint, depends. The value is null unless the column
   * belongs to the same table.
   */
  readonly own: number | null
  /**
   * The id of the object on which a part of the table, such as a constraint, depends. The value is null if `own` is set, or if a
   * schema state does not contain the object.
   */
  readonly id: SchemaObjectId | null
}

/**
 * Returns true when a table has a part that can depend on another object. If no table has such a part, the catalog reader skips
 * the query for dependencies.
 */
export function mayHaveDependencies({
  columns,
  viewColumns,
  constraints,
  indexes,
  triggers,
  policies,
  others,
}: PostgresRelationRow): boolean {
  return (
    (columns ?? []).some((column) => column.custom || (column.default !== null && !LITERAL.test(column.default))) ||
    (viewColumns ?? []).some((column) => column.default !== null && !LITERAL.test(column.default)) ||
    (constraints ?? []).some(({ type }) => type === 'c' || type === 'x') ||
    (indexes ?? []).some(({ computed, predicate }) => computed || predicate !== null) ||
    [triggers, policies, others].some((list) => (list ?? []).length > 0)
  )
}

// Matches a constant of a built-in type in the form in which the server prints constants.
const LITERAL = /^(?:-?\d+(?:\.\d+)?|true|false|'[^']*'::(?:text|character varying|bpchar|jsonb?|boolean|numeric))$/

// The query for the dependencies of tables in pg_depend. pg_depend contains no dependencies on the server's own objects, so nearly
// every row is relevant. If a column has a type of a user, pg_depend contains a row for the table with the number of the column.
// Before PostgreSQL 15, pg_depend also contains a row for each column that a generated column uses. The query recognises these rows
// by the type 'a' (automatic). OFFSET prevents the planner from reading all of pg_depend.
export const POSTGRES_DEPENDENCY_QUERY = {
  before: `
SELECT o.relation::text AS table, o.kind, o.dependent::text AS dependent,
  CASE WHEN d.refclassid = 'pg_class'::regclass AND d.refobjid = o.relation THEN d.refobjsubid END AS own,
  CASE WHEN d.refclassid = 'pg_class'::regclass AND d.refobjid = o.relation THEN NULL ELSE ${referencedObjectIdExpressionSql('d')} END AS id
FROM unnest(`,
  after: `::text[]::oid[]) AS c(oid) CROSS JOIN LATERAL (
  SELECT c.oid AS relation, 'constraint' AS kind, 'pg_constraint'::regclass AS class, k.oid, NULL::int2 AS number, k.oid::int8 AS dependent
    FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('c', 'x')
  UNION ALL SELECT c.oid, 'column', 'pg_attrdef'::regclass, f.oid, NULL, f.adnum FROM pg_attrdef f WHERE f.adrelid = c.oid
  UNION ALL SELECT c.oid, 'index', 'pg_class'::regclass, i.indexrelid, NULL, i.indexrelid::int8 FROM pg_index i
    WHERE i.indrelid = c.oid AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
  UNION ALL SELECT c.oid, 'trigger', 'pg_trigger'::regclass, g.oid, NULL, g.oid::int8 FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal
  UNION ALL SELECT c.oid, 'policy', 'pg_policy'::regclass, p.oid, NULL, p.oid::int8 FROM pg_policy p WHERE p.polrelid = c.oid
  UNION ALL SELECT c.oid, 'rule', 'pg_rewrite'::regclass, w.oid, NULL, w.oid::int8 FROM pg_rewrite w WHERE w.ev_class = c.oid AND w.rulename <> '_RETURN'
  UNION ALL SELECT c.oid, 'column', 'pg_class'::regclass, c.oid, a.attnum, a.attnum FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND (a.atttypid >= 16384 OR a.attgenerated <> '') AND NOT a.attisdropped) o
CROSS JOIN LATERAL (
  SELECT e.refclassid, e.refobjid, e.refobjsubid FROM pg_depend e
  WHERE e.classid = o.class AND e.objid = o.oid AND e.deptype IN ('n', 'a', 'x')
    AND (o.number IS NULL OR e.objsubid = o.number AND (e.refclassid = 'pg_type'::regclass OR e.deptype = 'a'))
  OFFSET 0) d
WHERE NOT (d.refclassid = 'pg_class'::regclass AND d.refobjid = o.relation AND d.refobjsubid = 0)`,
}
