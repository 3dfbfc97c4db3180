/** What few tables have, of one relation: asked for apart, since every part of a query costs, also where it finds nothing. */
export interface RestRow {
  readonly inherits: readonly string[] | null
  readonly triggers: readonly TriggerRow[] | null
  readonly policies: readonly PolicyRow[] | null
  readonly others: readonly OtherRow[] | null
}

/** A relation that has nothing of it. */
export const NO_REST: RestRow = { inherits: null, triggers: null, policies: null, others: null }

export interface TriggerRow {
  readonly oid: number
  readonly name: string
  readonly type: number
  readonly columns: readonly number[] | null
  readonly definition: string
  readonly enabled: string
  readonly comment: string | null
}

export interface PolicyRow {
  readonly oid: number
  readonly name: string
  readonly command: string
  readonly permissive: boolean
  readonly roles: readonly string[]
  readonly using: string | null
  readonly check: string | null
  readonly comment: string | null
}

export interface OtherRow {
  readonly oid: number
  readonly what: string
  readonly name: string
  readonly definition: string
}

const HAS_TRIGGERS = 'c.relhastriggers AND EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal)'

/** True for a relation of which `REST_QUERY` finds something. */
export const HAS_MORE = `(${HAS_TRIGGERS} OR c.relhasrules OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
    OR EXISTS (SELECT FROM pg_statistic_ext s WHERE s.stxrelid = c.oid) OR EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid))`

const TRIGGERS = `SELECT json_agg(json_build_object('oid', g.oid::int8, 'name', g.tgname, 'type', g.tgtype,
    'columns', CASE WHEN g.tgattr::text <> '' THEN g.tgattr::int2[] END, 'definition', pg_get_triggerdef(g.oid), 'enabled', g.tgenabled,
    'comment', (SELECT d.description FROM pg_description d WHERE d.objoid = g.oid AND d.classoid = 'pg_trigger'::regclass)))
  FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal`

const POLICIES = `SELECT json_agg(json_build_object('oid', p.oid::int8, 'name', p.polname, 'command', p.polcmd, 'permissive', p.polpermissive,
    'roles', (SELECT json_agg(CASE WHEN r.oid = 0 THEN 'public' ELSE quote_ident(pg_get_userbyid(r.oid)) END ORDER BY 1) FROM unnest(p.polroles) AS r(oid)),
    'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid),
    'comment', (SELECT d.description FROM pg_description d WHERE d.objoid = p.oid AND d.classoid = 'pg_policy'::regclass)))
  FROM pg_policy p WHERE p.polrelid = c.oid`

const OTHERS = `SELECT json_agg(json_build_object('oid', o.oid::int8, 'what', o.what, 'name', o.name, 'definition', o.definition)) FROM (
    SELECT w.oid, 'rule' AS what, w.rulename AS name, pg_get_ruledef(w.oid) || ' ' || w.ev_enabled::text AS definition
    FROM pg_rewrite w WHERE c.relhasrules AND w.ev_class = c.oid AND w.rulename <> '_RETURN'
    UNION ALL
    SELECT s.oid, 'statistics', s.stxname, pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s WHERE s.stxrelid = c.oid) o`

/** Of a list of oids, each with a `RestRow`. */
export const REST_QUERY = {
  before: `
SELECT c.oid::text AS oid, json_build_object(
  'inherits', (SELECT json_agg(i.inhparent::regclass::text ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid),
  'triggers', (${TRIGGERS}), 'policies', (${POLICIES}), 'others', (${OTHERS})) AS found
FROM pg_class c WHERE c.oid = ANY (`,
  after: '::text[]::oid[])',
}
