import {
  collationNameExpressionSql,
  extensionMemberConditionSql,
  objectNameExpressionSql,
  requestedSchemaConditionSql,
  schemaPrefixExpressionSql,
  userSchemaConditionSql,
} from './reference.ts'
import { type PostgresRarePropertiesRow, RARE_PROPERTIES_CONDITION_SQL } from './rest-query.ts'

/**
 * The catalog row of one relation with all its parts. A constraint, index or other part refers to a column by the column number.
 * Definitions are texts that the server printed.
 */
export type PostgresRelationRow = PostgresMainRelationRow & PostgresRarePropertiesRow

/**
 * The part of the catalog row of a relation that the main query reads. If `more` is true, a second query reads the other
 * properties.
 */
export interface PostgresMainRelationRow {
  readonly oid: string
  /** The name of the relation in the form that the key of its group of schema objects contains. */
  readonly name: string
  /** The schema and the name of the relation, quoted where necessary, as the server prints them in the definition of a trigger. */
  readonly quoted: string
  readonly kind: 'r' | 'p' | 'f' | 'v' | 'm'
  readonly owner: string
  readonly unlogged: boolean
  readonly secured: boolean
  readonly forced: boolean
  /**
   * The replica identity of a table, if it is not the primary key: 'full', 'nothing', or 'index' with the columns of the index.
   */
  readonly replica: string | null
  readonly typed: string | null
  readonly partitioning: string | null
  readonly partition: PostgresPartitionRow | null
  readonly columns: readonly PostgresColumnRow[] | null
  /** The columns of a view. For a view, the field `columns` is null. */
  readonly viewColumns: readonly PostgresViewColumnRow[] | null
  readonly constraints: readonly PostgresConstraintRow[] | null
  readonly indexes: readonly PostgresIndexRow[] | null
  /** True when the relation has properties that few relations have, such as triggers. A second query reads these properties. */
  readonly more: boolean
  /** The comments by column number. The comment of the relation itself has the number 0. */
  readonly comments: readonly (readonly [number, string])[] | null
}

/** The partitioned table to which a partition belongs, and the bounds of the partition. */
export interface PostgresPartitionRow {
  readonly of: string
  readonly bound: string | null
  /** True when a DETACH PARTITION … CONCURRENTLY of the partition was interrupted. */
  readonly detaching: boolean
}

export interface PostgresColumnRow {
  readonly number: number
  readonly name: string
  readonly type: string
  /** True when the type of the column is not built into PostgreSQL. */
  readonly custom: boolean
  readonly required: boolean
  readonly identity: string
  readonly generated: string
  readonly default: string | null
  readonly collation: string | null
  readonly identityOptions: string | null
  /** False when a partition inherits the column unchanged from its partitioned table. */
  readonly own: boolean
}

export interface PostgresViewColumnRow {
  readonly number: number
  readonly name: string
  /** The default value of a column of a view, which ALTER VIEW … ALTER COLUMN … SET DEFAULT has set. */
  readonly default: string | null
}

export interface PostgresConstraintRow {
  readonly oid: number
  readonly name: string
  readonly type: 'p' | 'u' | 'f' | 'c' | 'x' | 'n'
  readonly columns: readonly number[] | null
  /**
   * The printed definition of a constraint. The field is null unless the constraint has properties that the engine does not
   * represent.
   */
  readonly definition: string | null
  readonly expression: string | null
  readonly deferrable: boolean
  readonly deferred: boolean
  readonly validated: boolean
  readonly enforced: boolean
  readonly inheritable: boolean
  readonly target: string | null
  /**
   * The key to which a foreign key refers: 'p' (primary) or 'u' (unique), and the name of the key. The value is null when the
   * foreign key refers to an index without a constraint.
   */
  readonly targetKey: string | null
  readonly targetColumns: readonly string[] | null
  readonly onUpdate: string
  readonly onDelete: string
  readonly match: string
  readonly special: boolean
  /** True for a key WITHOUT OVERLAPS, and for a foreign key with a PERIOD. */
  readonly period: boolean
  /** The oid of the index that belongs to a primary key or unique constraint. */
  readonly index: number
  readonly comment: string | null
}

export interface PostgresIndexRow {
  readonly oid: number
  readonly name: string
  readonly method: string
  /**
   * The printed definition of an index. The value is null for the index of a constraint, because such an index is not a separate
   * object.
   */
  readonly definition: string | null
  /** False when a partition inherits the index unchanged from its partitioned table. */
  readonly own: boolean
  /** True when a key of the index is an expression. */
  readonly computed: boolean
  readonly predicate: string | null
  readonly unique: boolean
  readonly valid: boolean
  readonly nullsNotDistinct: boolean
  readonly include: readonly number[] | null
  readonly comment: string | null
}

// The SQL condition for views that have indexes, triggers, rules, default values or statistics. The condition does not read
// `relhasrules`, because this column is true for every view: the server stores the query of a view as a rule.
const HAS_OWN = `(c.relhasindex OR c.relhastriggers
    OR EXISTS (SELECT FROM pg_rewrite w WHERE w.ev_class = c.oid AND w.rulename <> '_RETURN') OR EXISTS (SELECT FROM pg_attrdef f WHERE f.adrelid = c.oid)
    OR EXISTS (SELECT FROM pg_statistic_ext x WHERE x.stxrelid = c.oid))`

/**
 * The query for the names of all tables and partitions, and of the views with indexes, triggers, rules, statistics or default
 * values.
 */
export const POSTGRES_TABLE_NAMES_QUERY = `
SELECT n.nspname AS schema, c.relname AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE (c.relkind IN ('r', 'p', 'f') OR c.relkind IN ('v', 'm') AND ${HAS_OWN})
  AND ${requestedSchemaConditionSql('n.nspname')} AND c.relname NOT LIKE 'interphase\\_%'
  AND c.relpersistence <> 't' AND NOT ${extensionMemberConditionSql('pg_class', 'c.oid')}`

/**
 * Returns the query for the requested tables. The caller inserts the array of schemas after `before`, and the array of names
 * after `between`. The schema '' means the current schema of the connection. Every step of the query is an index lookup in the
 * catalogs, so the time depends on the number of requested tables and not on the size of the schema.
 */
export function makePostgresTableQuery(major: number): { readonly before: string; readonly between: string; readonly after: string } {
  return {
    before: `
SELECT json_build_object('oid', c.oid::text, 'name', ${schemaPrefixExpressionSql('n.nspname', 'c.relname')} || c.relname,
  'quoted', quote_ident(n.nspname) || '.' || quote_ident(c.relname), 'kind', c.relkind,
  'owner', pg_get_userbyid(c.relowner), 'unlogged', c.relpersistence = 'u', 'secured', c.relrowsecurity,
  'forced', c.relforcerowsecurity, 'replica', CASE c.relreplident WHEN 'd' THEN NULL WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' ELSE (${REPLICA_INDEX}) END,
  'typed', CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END,
  'partitioning', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, 'partition', CASE WHEN c.relispartition THEN (${partition(major)}) END,
  'columns', CASE WHEN c.relkind IN ('r', 'p', 'f') THEN (${COLUMNS}) END,
  'viewColumns', CASE WHEN c.relkind IN ('v', 'm') THEN (${VIEW_COLUMNS}) END,
  'constraints', CASE WHEN c.relkind IN ('r', 'p', 'f') THEN (${constraints(major)}) END,
  'indexes', CASE WHEN c.relhasindex THEN (${indexes(major)}) END,
  'more', ${RARE_PROPERTIES_CONDITION_SQL},
  'comments', CASE WHEN c.relkind IN ('r', 'p', 'f') THEN (SELECT json_agg(json_build_array(d.objsubid, d.description)) FROM pg_description d
    WHERE d.objoid = c.oid AND d.classoid = 'pg_class'::regclass) END) AS found
FROM unnest(`,
    between: '::text[], ',
    after: `::text[]) AS asked(schema, name)
JOIN pg_namespace n ON n.nspname = CASE WHEN asked.schema = '' THEN current_schema() ELSE asked.schema END
JOIN pg_class c ON c.relname = asked.name AND c.relnamespace = n.oid
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relpersistence <> 't'
  AND c.relname NOT LIKE 'interphase\\_%' AND ${userSchemaConditionSql('n.nspname')} AND NOT ${extensionMemberConditionSql('pg_class', 'c.oid')}`,
  }
}

// The expression describes the index of a replica identity by the columns of the index. The name of the index is not used,
// because the index can have another name in another database.
const REPLICA_INDEX = `SELECT 'index (' || string_agg(quote_ident(a.attname), ', ' ORDER BY u.place) || ')' FROM pg_index i
  CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS u(number, place) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number
  WHERE i.indrelid = c.oid AND i.indisreplident AND u.place <= i.indnkeyatts`

function partition(major: number): string {
  return `SELECT json_build_object('of', ${objectNameExpressionSql('pc.relnamespace', 'pc.relname')}, 'bound', pg_get_expr(c.relpartbound, c.oid),
    'detaching', ${major >= 14 ? 'pi.inhdetachpending' : 'false'}) FROM pg_inherits pi JOIN pg_class pc ON pc.oid = pi.inhparent WHERE pi.inhrelid = c.oid`
}

const DEFAULT = (attribute: string) =>
  `CASE WHEN ${attribute}.atthasdef THEN (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d WHERE d.adrelid = ${attribute}.attrelid AND d.adnum = ${attribute}.attnum) END`

// The SQL condition for a column that a partition inherits unchanged from its partitioned table. The condition does not compare
// types and collations, because a partition always has those of its partitioned table. Before PostgreSQL 17, a partition does not
// inherit the identity.
const IS_INHERITED = `EXISTS (SELECT FROM pg_inherits pi JOIN pg_attribute pa ON pa.attrelid = pi.inhparent AND pa.attname = a.attname
  WHERE pi.inhrelid = c.oid AND pa.attnotnull = a.attnotnull AND pa.attgenerated = a.attgenerated AND ${DEFAULT('pa')} IS NOT DISTINCT FROM ${DEFAULT('a')})`

// Returns the SQL expression for a bound of the sequence of an identity column. If the bound is the limit of the sequence's type,
// the expression is the limit of the column's type instead. The sequence can have another type than the column: LIKE … INCLUDING
// IDENTITY creates a bigint sequence for every column, and a dump does not contain the type of the sequence.
function boundOf(bound: 'min' | 'max', isOfType: string): string {
  const limit = (type: string) => {
    const [small, whole, big] =
      bound === 'max' ? ['32767', '2147483647', '9223372036854775807'] : ['-32768', '-2147483648', '-9223372036854775808']
    return `CASE ${type} WHEN 'int2'::regtype THEN ${small} WHEN 'int4'::regtype THEN ${whole} ELSE ${big} END`
  }
  return `CASE WHEN ${isOfType} AND s.seq${bound} = ${limit('s.seqtypid')} THEN ${limit('a.atttypid')} ELSE s.seq${bound} END`
}

const COLUMNS = `SELECT json_agg(json_build_object('number', a.attnum, 'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'custom', a.atttypid >= 16384,
    'required', a.attnotnull, 'identity', a.attidentity, 'generated', a.attgenerated,
    'default', ${DEFAULT('a')}, 'own', NOT c.relispartition OR NOT ${IS_INHERITED},
    'collation', CASE WHEN a.attcollation <> 0 AND a.attcollation <> (SELECT t.typcollation FROM pg_type t WHERE t.oid = a.atttypid)
      THEN ${collationNameExpressionSql('a.attcollation')} END,
    'identityOptions', CASE WHEN a.attidentity <> '' THEN (SELECT concat_ws(' ', format_type(a.atttypid, NULL), s.seqstart, s.seqincrement, ${boundOf('min', 's.seqincrement < 0')}, ${boundOf('max', 's.seqincrement > 0')}, s.seqcycle,
        CASE WHEN s.seqcache <> 1 THEN 'cache ' || s.seqcache END)
      FROM pg_depend sd JOIN pg_sequence s ON s.seqrelid = sd.objid
      WHERE sd.refclassid = 'pg_class'::regclass AND sd.refobjid = c.oid AND sd.refobjsubid = a.attnum
        AND sd.classid = 'pg_class'::regclass AND sd.deptype = 'i') END) ORDER BY a.attnum)
  FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`

const VIEW_COLUMNS = `SELECT json_agg(json_build_object('number', a.attnum, 'name', a.attname, 'default', ${DEFAULT('a')}) ORDER BY a.attnum)
  FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0`

function constraints(major: number): string {
  return `SELECT json_agg(json_build_object('oid', k.oid::int8, 'name', k.conname, 'type', k.contype, 'columns', k.conkey,
    'definition', CASE WHEN k.contype = 'x' OR ${period(major)} OR ${special(major)} THEN pg_get_constraintdef(k.oid) END, 'expression', CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END,
    'deferrable', k.condeferrable, 'deferred', k.condeferred, 'validated', k.convalidated, 'inheritable', NOT k.connoinherit,
    'enforced', ${enforced(major)}, 'special', ${special(major)}, 'period', ${period(major)},
    'target', CASE WHEN k.contype = 'f' THEN (SELECT ${objectNameExpressionSql('f.relnamespace', 'f.relname')} FROM pg_class f WHERE f.oid = k.confrelid) END,
    'targetKey', CASE WHEN k.contype = 'f' THEN (SELECT r.contype::text || r.conname FROM pg_constraint r
      WHERE r.conrelid = k.confrelid AND r.conindid = k.conindid AND r.contype IN ('p', 'u') LIMIT 1) END,
    'targetColumns', CASE WHEN k.contype = 'f' THEN (SELECT json_agg((SELECT a.attname FROM pg_attribute a WHERE a.attrelid = k.confrelid AND a.attnum = u.number))
      FROM unnest(k.confkey) AS u(number)) END,
    'onUpdate', k.confupdtype, 'onDelete', k.confdeltype, 'match', k.confmatchtype,
    'index', k.conindid::int8,
    'comment', (SELECT d.description FROM pg_description d WHERE d.objoid = k.oid AND d.classoid = 'pg_constraint'::regclass AND d.objsubid = 0)))
  FROM pg_constraint k WHERE k.conrelid = c.oid AND k.conparentid = 0 AND NOT (c.relispartition AND k.coninhcount > 0)
    AND (k.contype IN ('p', 'u', 'f', 'c', 'x') OR k.contype = 'n' AND NOT k.convalidated)`
}

function enforced(major: number): string {
  return major >= 18 ? 'k.conenforced' : 'true'
}

function period(major: number): string {
  return major >= 18 ? 'k.conperiod' : 'false'
}

/** Returns the SQL condition for keys and foreign keys with properties that the engine does not represent. */
function special(major: number): string {
  const unenforced = major >= 18 ? `k.contype = 'f' AND NOT k.conenforced OR` : ''
  return `(${unenforced} ${major >= 15 ? 'k.confdelsetcols IS NOT NULL' : 'false'})`
}

const INCLUDED = `CASE WHEN i.indnatts > i.indnkeyatts THEN (SELECT json_agg(u.number ORDER BY u.place)
  FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u(number, place) WHERE u.place > i.indnkeyatts) END`

function indexes(major: number): string {
  return `SELECT json_agg(json_build_object('oid', i.indexrelid::int8, 'name', ic.relname, 'method', am.amname,
    'own', NOT ic.relispartition OR NOT i.indisvalid,
    'definition', CASE WHEN NOT i.indisprimary AND NOT EXISTS (SELECT FROM pg_constraint k
      WHERE k.conrelid = c.oid AND k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) THEN pg_get_indexdef(i.indexrelid) END,
    'computed', i.indexprs IS NOT NULL, 'predicate', pg_get_expr(i.indpred, i.indrelid), 'unique', i.indisunique,
    'valid', i.indisvalid, 'nullsNotDistinct', ${major >= 15 ? 'i.indnullsnotdistinct' : 'false'}, 'include', ${INCLUDED},
    'comment', (SELECT d.description FROM pg_description d WHERE d.objoid = i.indexrelid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0)))
  FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am am ON am.oid = ic.relam WHERE i.indrelid = c.oid`
}
