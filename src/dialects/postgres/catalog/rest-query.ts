import { objectNameExpressionSql } from './reference.ts'

/**
 * The properties of a relation that few relations have, such as triggers or policies. Each part of a query takes time even if it
 * finds nothing. A separate query therefore reads these properties, and only for the relations that have some.
 */
export interface PostgresRarePropertiesRow {
  readonly inherits: readonly string[] | null
  /**
   * The settings of triggers and constraints that differ from the inherited or default setting. Each setting is one phrase, such as
   * `disabled triggers of foreign key item_owner`.
   */
  readonly unlike: readonly string[] | null
  readonly triggers: readonly PostgresTriggerRow[] | null
  readonly policies: readonly PostgresPolicyRow[] | null
  readonly others: readonly PostgresRuleOrStatisticsRow[] | null
}

/** The row for a relation that has no triggers, policies or other rare properties. */
export const NO_RARE_PROPERTIES: PostgresRarePropertiesRow = { inherits: null, unlike: null, triggers: null, policies: null, others: null }

export interface PostgresTriggerRow {
  readonly oid: number
  readonly name: string
  readonly type: number
  readonly columns: readonly number[] | null
  readonly definition: string
  readonly enabled: string
  readonly comment: string | null
}

export interface PostgresPolicyRow {
  readonly oid: number
  readonly name: string
  readonly command: string
  readonly permissive: boolean
  readonly roles: readonly string[]
  readonly using: string | null
  readonly check: string | null
  readonly comment: string | null
}

export interface PostgresRuleOrStatisticsRow {
  readonly oid: number
  readonly what: string
  readonly name: string
  readonly definition: string
  readonly comment: string | null
}

const HAS_TRIGGERS = `c.relhastriggers AND EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND (NOT g.tgisinternal OR g.tgenabled <> 'O'))`

/** The SQL condition for relations that have triggers, policies or other rare properties. */
export const RARE_PROPERTIES_CONDITION_SQL = `(${HAS_TRIGGERS} OR c.relhasrules OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
    OR EXISTS (SELECT FROM pg_statistic_ext s WHERE s.stxrelid = c.oid) OR EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid))`

// Returns the SQL condition for triggers that a person created. The condition excludes the triggers that the server created, and
// also the triggers that the server copied from a table to its partition. Before PostgreSQL 13, a copied trigger is internal and
// does not refer to the original trigger.
function isAuthorsTrigger(major: number): string {
  return `NOT g.tgisinternal${major >= 13 ? ' AND g.tgparentid = 0' : ''}`
}

const triggers = (major: number) => `SELECT json_agg(json_build_object('oid', g.oid::int8, 'name', g.tgname, 'type', g.tgtype,
    'columns', CASE WHEN g.tgattr::text <> '' THEN g.tgattr::int2[] END, 'definition', pg_get_triggerdef(g.oid), 'enabled', g.tgenabled,
    'comment', (SELECT d.description FROM pg_description d WHERE d.objoid = g.oid AND d.classoid = 'pg_trigger'::regclass)))
  FROM pg_trigger g WHERE g.tgrelid = c.oid AND ${isAuthorsTrigger(major)}`

// The server enforces foreign keys and deferred keys with triggers of its own. ALTER TABLE … DISABLE TRIGGER ALL also disables
// the server's own triggers, so their settings are part of the result.
const switched = (
  major: number,
) => `SELECT concat_ws(' ', CASE g.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' ELSE 'enabled' END,
    CASE WHEN k.oid IS NULL THEN 'trigger ' || g.tgname
      ELSE concat_ws(' ', 'triggers of', CASE k.contype WHEN 'f' THEN 'foreign key' ELSE 'key' END, k.conname, CASE WHEN k.conrelid <> c.oid THEN
        'on ' || (SELECT ${objectNameExpressionSql('kc.relnamespace', 'kc.relname')} FROM pg_class kc WHERE kc.oid = k.conrelid) END) END)
  FROM pg_trigger g ${major >= 13 ? 'LEFT JOIN pg_trigger pg ON pg.oid = g.tgparentid' : ''} LEFT JOIN pg_constraint k ON g.tgisinternal AND k.oid = g.tgconstraint
  WHERE g.tgrelid = c.oid AND NOT (${isAuthorsTrigger(major)}) AND g.tgenabled <> ${major >= 13 ? `COALESCE(pg.tgenabled, 'O')` : `'O'`}`

const validity = (
  major: number,
) => `SELECT concat_ws(' ', CASE WHEN ${major >= 18 ? 'k.conenforced' : 'true'} THEN '' ELSE 'not enforced ' END
    || CASE WHEN k.convalidated THEN 'valid' ELSE 'not valid' END, 'constraint', k.conname)
  FROM pg_inherits pi JOIN pg_constraint k ON k.conrelid = c.oid AND k.coninhcount > 0
  JOIN pg_constraint pk ON pk.oid = k.conparentid OR k.conparentid = 0 AND pk.conrelid = pi.inhparent AND pk.contype = k.contype AND pk.conname = k.conname
  WHERE c.relispartition AND pi.inhrelid = c.oid AND (pk.convalidated <> k.convalidated${major >= 18 ? ' OR pk.conenforced <> k.conenforced' : ''})`

const POLICIES = `SELECT json_agg(json_build_object('oid', p.oid::int8, 'name', p.polname, 'command', p.polcmd, 'permissive', p.polpermissive,
    'roles', (SELECT json_agg(CASE WHEN r.oid = 0 THEN 'public' ELSE quote_ident(pg_get_userbyid(r.oid)) END ORDER BY 1) FROM unnest(p.polroles) AS r(oid)),
    'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid),
    'comment', (SELECT d.description FROM pg_description d WHERE d.objoid = p.oid AND d.classoid = 'pg_policy'::regclass)))
  FROM pg_policy p WHERE p.polrelid = c.oid`

// Returns the SQL expression for the definition of extended statistics. The expression does not use pg_get_statisticsobjdef,
// because pg_get_statisticsobjdef omits parentheses that every other definition contains.
function statistics(major: number): string {
  return `concat_ws(' ', s.stxkind::text, (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.place)
      FROM unnest(s.stxkeys::int2[]) WITH ORDINALITY AS k(number, place) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number)${
        major >= 14 ? ', pg_get_expr(s.stxexprs, s.stxrelid)' : ''
      })`
}

function others(major: number): string {
  return `SELECT json_agg(json_build_object('oid', o.oid::int8, 'what', o.what, 'name', o.name, 'definition', o.definition,
    'comment', (SELECT d.description FROM pg_description d WHERE d.objoid = o.oid AND d.classoid = o.catalog))) FROM (
    SELECT w.oid, 'pg_rewrite'::regclass AS catalog, 'rule' AS what, w.rulename AS name, pg_get_ruledef(w.oid) || ' ' || w.ev_enabled::text AS definition
    FROM pg_rewrite w WHERE c.relhasrules AND w.ev_class = c.oid AND w.rulename <> '_RETURN'
    UNION ALL
    SELECT s.oid, 'pg_statistic_ext'::regclass, 'statistics', s.stxname, ${statistics(major)} FROM pg_statistic_ext s WHERE s.stxrelid = c.oid) o`
}

/**
 * Returns the query for the properties that few relations have, such as triggers and policies. The query consists of two texts:
 * the caller writes the array of oids between `before` and `after`.
 */
export function makeRarePropertiesQuery(major: number): { readonly before: string; readonly after: string } {
  return {
    before: `
SELECT c.oid::text AS oid, json_build_object(
  'inherits', (SELECT json_agg(${objectNameExpressionSql('ic.relnamespace', 'ic.relname')} ORDER BY i.inhseqno) FROM pg_inherits i JOIN pg_class ic ON ic.oid = i.inhparent
    WHERE i.inhrelid = c.oid AND NOT c.relispartition),
  'unlike', (SELECT json_agg(u.says) FROM (${switched(major)} UNION ${validity(major)}) AS u(says)),
  'triggers', (${triggers(major)}), 'policies', (${POLICIES}), 'others', (${others(major)})) AS found
FROM pg_class c WHERE c.oid = ANY (`,
    after: '::text[]::oid[])',
  }
}
