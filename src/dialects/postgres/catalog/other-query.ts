import { OVERLOADS_BUILT_IN } from './overloads.ts'
import {
  collationNameExpressionSql,
  extensionMemberConditionSql,
  functionNameExpressionSql,
  objectNameExpressionSql,
  referencedObjectIdExpressionSql,
  requestedSchemaConditionSql,
} from './reference.ts'
import {
  listPostgresStandaloneObjectKinds,
  type PostgresStandaloneObjectKind,
  standaloneNameExpressionSql,
  userCreatedStandaloneConditionSql,
} from './standalone.ts'

/**
 * A catalog row for an object that is not part of a table, such as a view or a function. The field `facts` contains the
 * properties that objects of the kind have.
 */
export interface PostgresNonTableObjectRow {
  readonly kind: string
  /** The identifier of a schema object: the oid of a relation, or the catalog and the oid, as in `pg_proc/16400`. */
  readonly identity: string
  readonly facts: Readonly<Record<string, unknown>>
}

/**
 * Returns the queries for the objects that are not tables. The queries read views and functions only for the requested names,
 * because the server takes long to print definitions. The caller executes only the queries for the requested kinds of objects.
 */
export function postgresNonTableObjectQueries(major: number): readonly PostgresNonTableObjectQuery[] {
  const known = PARTS.get(major) ?? partsFor(major)
  PARTS.set(major, known)
  return known
}

/** A query that reads objects of one kind, such as views or functions. */
export interface PostgresNonTableObjectQuery {
  readonly kind: string
  readonly text: string
  /**
   * The SQL condition that is true if the database can contain an object of one kind, such as a view. The reader checks the
   * condition before it sends the query for the objects, because the server plans the condition much faster than the query.
   */
  readonly mayExist: string
}

/**
 * Returns the query that checks, for each kind of object, whether the database can contain an object of the kind. The result
 * contains one boolean for each element of `parts`, in the same order.
 */
export function makePresentObjectKindsQuery(parts: readonly PostgresNonTableObjectQuery[]): string {
  return `SELECT ARRAY[${parts.map(({ mayExist }) => mayExist).join(',\n  ')}] AS present`
}

const PARTS = new Map<number, readonly PostgresNonTableObjectQuery[]>()

const partsFor = (major: number): readonly PostgresNonTableObjectQuery[] => [
  part({
    kind: 'view',
    catalog: 'pg_class',
    oid: 'c.oid',
    facts: `'name', ${objectNameExpressionSql('c.relnamespace', 'c.relname')}, 'owner', pg_get_userbyid(c.relowner), 'materialized', c.relkind = 'm', 'unpopulated', NOT c.relispopulated,
      'definition', pg_get_viewdef(c.oid), 'options', to_json(c.reloptions),
      'columns', (SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
      'uses', (SELECT json_agg(DISTINCT ${referencedObjectIdExpressionSql('d')}) FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
        WHERE w.ev_class = c.oid AND w.rulename = '_RETURN' AND d.deptype = 'n' AND NOT (d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid))`,
    from: `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace`,
    own: `c.relkind IN ('v', 'm') AND c.relpersistence <> 't' AND c.relname NOT LIKE 'interphase\\_%'`,
    where: requestedSchemaConditionSql('n.nspname'),
    named: objectNameExpressionSql('c.relnamespace', 'c.relname'),
  }),
  part({
    kind: 'function',
    catalog: 'pg_proc',
    oid: 'p.oid',
    facts: `'name', ${functionNameExpressionSql('p')}, 'owner', pg_get_userbyid(p.proowner), 'routine', p.prokind,
      'schema', CASE WHEN n.nspname = current_schema() THEN quote_ident(n.nspname) END,
      'definition', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE (
        SELECT concat_ws(' ', 'aggregate', a.aggkind, a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn,
          a.aggtranstype::regtype, a.agginitval, a.aggminitval, a.aggsortop::regoperator, p.proparallel) FROM pg_aggregate a WHERE a.aggfnoid = p.oid) END,
      'overloadsBuiltIn', ${OVERLOADS_BUILT_IN},
      'uses', ${usesOf('pg_proc', 'p.oid')}`,
    from: `pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace`,
    // The constructors of a range type are not separate objects, because the server creates and drops them with the type.
    where: `${requestedSchemaConditionSql('n.nspname')} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')`,
    named: functionNameExpressionSql('p'),
  }),
  part({
    kind: 'enum',
    catalog: 'pg_type',
    oid: 't.oid',
    facts: `'name', ${objectNameExpressionSql('t.typnamespace', 't.typname')}, 'owner', pg_get_userbyid(t.typowner),
      'labels', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)`,
    from: `pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace`,
    own: `t.typtype = 'e'`,
    where: requestedSchemaConditionSql('n.nspname'),
  }),
  part({
    kind: 'domain',
    catalog: 'pg_type',
    oid: 't.oid',
    facts: `'name', ${objectNameExpressionSql('t.typnamespace', 't.typname')}, 'owner', pg_get_userbyid(t.typowner), 'type', format_type(t.typbasetype, t.typtypmod),
      'collation', CASE WHEN t.typcollation <> (SELECT b.typcollation FROM pg_type b WHERE b.oid = t.typbasetype) THEN ${collationNameExpressionSql('t.typcollation')} END,
      'required', t.typnotnull, 'default', pg_get_expr(t.typdefaultbin, 0),
      'checks', (SELECT json_agg(json_build_object('name', k.conname, 'expression', pg_get_expr(k.conbin, 0), 'definition', pg_get_constraintdef(k.oid),
        'validated', k.convalidated) ORDER BY k.conname COLLATE "C") FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'),
      'uses', (SELECT json_agg(DISTINCT ${referencedObjectIdExpressionSql('d')}) FROM pg_depend d WHERE d.deptype = 'n' AND (d.classid = 'pg_type'::regclass AND d.objid = t.oid
        OR d.classid = 'pg_constraint'::regclass AND d.objid IN (SELECT k.oid FROM pg_constraint k WHERE k.contypid = t.oid)))`,
    from: `pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace`,
    own: `t.typtype = 'd'`,
    where: requestedSchemaConditionSql('n.nspname'),
  }),
  part({
    kind: 'sequence',
    catalog: 'pg_class',
    oid: 'c.oid',
    facts: `'name', ${objectNameExpressionSql('c.relnamespace', 'c.relname')}, 'owner', pg_get_userbyid(c.relowner), 'type', format_type(s.seqtypid, NULL),
      'start', s.seqstart::text, 'increment', s.seqincrement::text, 'minimum', s.seqmin::text, 'maximum', s.seqmax::text, 'cycle', s.seqcycle, 'cache', CASE WHEN s.seqcache <> 1 THEN s.seqcache::text END, 'unlogged', c.relpersistence = 'u',
      'ownedBy', (SELECT ${referencedObjectIdExpressionSql('d')} FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'a'
        AND d.refclassid = 'pg_class'::regclass LIMIT 1)`,
    from: `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid`,
    own: `c.relkind = 'S' AND c.relpersistence <> 't' AND c.relname NOT LIKE 'interphase\\_%'`,
    where: `${requestedSchemaConditionSql('n.nspname')} AND NOT EXISTS (SELECT FROM pg_depend d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i' AND d.refclassid = 'pg_class'::regclass)`,
  }),
  part({
    kind: 'extension',
    catalog: 'pg_extension',
    oid: 'x.oid',
    facts: `'name', x.extname, 'version', x.extversion`,
    from: `pg_extension x`,
    own: `x.extname <> 'plpgsql'`,
  }),
  part({
    kind: 'schema',
    catalog: 'pg_namespace',
    oid: 'n.oid',
    facts: `'name', n.nspname, 'owner', pg_get_userbyid(n.nspowner)`,
    from: `pg_namespace n`,
    own: `n.nspname <> 'public'`,
    where: `${requestedSchemaConditionSql('n.nspname')} AND n.nspname <> COALESCE(current_schema(), '')`,
  }),
  part({
    kind: 'opaque',
    catalog: 'pg_type',
    oid: 't.oid',
    facts: `'what', CASE t.typtype WHEN 'c' THEN 'composite type' WHEN 'r' THEN 'range type' ELSE 'type' END, 'owner', pg_get_userbyid(t.typowner),
          'name', ${objectNameExpressionSql('t.typnamespace', 't.typname')}, 'definition', concat_ws(' ', t.typtype, t.typlen, t.typinput, t.typoutput,
            (SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
              FROM pg_attribute a WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
            (SELECT concat_ws(' ', r.rngsubtype::regtype, COALESCE(${collationNameExpressionSql('r.rngcollation')}, '-'), r.rngcanonical, r.rngsubdiff) FROM pg_range r WHERE r.rngtypid = t.oid))`,
    from: `pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace`,
    own: `(t.typtype = 'c' AND (SELECT c.relkind FROM pg_class c WHERE c.oid = t.typrelid) = 'c' OR t.typtype = 'r' OR t.typtype = 'b' AND t.typelem = 0)`,
    where: requestedSchemaConditionSql('n.nspname'),
  }),
  ...listPostgresStandaloneObjectKinds(major).map(standalonePart),
]

interface Part {
  readonly kind: string
  readonly catalog: string
  readonly oid: string
  readonly facts: string
  readonly from: string
  /** A SQL condition on the objects of the kind. The condition reads only the catalog row of an object, and needs no join. */
  readonly own?: string
  readonly where?: string
  /** The SQL expression for the name of an object. The query compares the expression with the requested names. */
  readonly named?: string
}

function part({ kind, catalog, oid, facts, from, own, where, named }: Part): PostgresNonTableObjectQuery {
  const identity = catalog === 'pg_class' ? `${oid}::text` : `'${catalog}/' || ${oid}`
  // FirstNormalObjectId in the server's source is 16384. The server's own objects have lower oids, so the query does not return
  // them.
  const ours = [`${oid} >= 16384`, ...someOf(own)]
  const isNamed = named === undefined ? [] : [`((SELECT names FROM asked) IS NULL OR ${named} = ANY ((SELECT names FROM asked)::text[]))`]
  const all = [...ours, ...someOf(where), `NOT ${extensionMemberConditionSql(catalog, oid)}`, ...isNamed]
  const text = `SELECT '${kind}' AS kind, ${identity} AS identity, json_build_object(${facts},
    'comment', (SELECT d.description FROM pg_description d WHERE d.objoid = ${oid} AND d.classoid = '${catalog}'::regclass AND d.objsubid = 0)) AS facts
  FROM ${from} WHERE ${all.join(' AND ')}`
  const alias = oid.slice(0, oid.indexOf('.'))
  return { kind, text, mayExist: `EXISTS (SELECT FROM ${catalog} ${alias} WHERE ${ours.join(' AND ')})` }
}

function someOf(condition: string | undefined): readonly string[] {
  return condition === undefined ? [] : [condition]
}

/**
 * Returns the SQL expression for the dependencies of a schema object. The dependencies include an extension that DEPENDS ON
 * EXTENSION names.
 */
function usesOf(catalog: string, oid: string): string {
  return `(SELECT json_agg(DISTINCT ${referencedObjectIdExpressionSql('d')}) FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.deptype IN ('n', 'x'))`
}

function standalonePart(kind: PostgresStandaloneObjectKind): PostgresNonTableObjectQuery {
  const { catalog, what, schema, owner, definition } = kind
  return part({
    kind: 'opaque',
    catalog,
    oid: 'o.oid',
    facts: `'what', '${what}', 'name', ${standaloneNameExpressionSql(kind)}, 'definition', ${definition}${owner === undefined ? '' : `, 'owner', pg_get_userbyid(o.${owner})`}`,
    from: schema === undefined ? `${catalog} o` : `${catalog} o JOIN pg_namespace n ON n.oid = o.${schema}`,
    where: `${schema === undefined ? '' : `${requestedSchemaConditionSql('n.nspname')} AND `}${userCreatedStandaloneConditionSql(kind)}`,
  })
}
