import { objectNameExpressionSql } from './reference.ts'

/**
 * A kind of schema object that is not a relation, routine or type, such as a cast or a publication. A schema state contains only
 * the hash of the definition of such an object.
 */
export interface PostgresStandaloneObjectKind {
  readonly catalog: string
  readonly what: string
  /** The SQL expression for the name of the object without its schema. `o` is the alias of the catalog row. */
  readonly name: string
  /** The catalog column with the schema of the object. The field is absent for kinds of objects that exist outside schemas. */
  readonly schema?: string
  readonly owner?: string | undefined
  /**
   * The SQL expression for the definition of a standalone object. The definition ends with the attributes that only newer versions
   * of PostgreSQL have, and contains such an attribute only if its value is not the default. With this rule, a new version of
   * PostgreSQL does not change the hashes in older recordings.
   */
  readonly definition: string
}

const method = (column: string) => `(SELECT m.amname FROM pg_am m WHERE m.oid = o.${column})`

const members = `(SELECT string_agg(concat_ws(' ', p.amopstrategy, p.amopopr::regoperator, p.amoppurpose), ', ' ORDER BY p.amopstrategy, p.amopopr::regoperator::text COLLATE "C")
  FROM pg_amop p WHERE p.amopfamily = o.oid),
  (SELECT string_agg(concat_ws(' ', p.amprocnum, p.amproclefttype::regtype, p.amprocrighttype::regtype, p.amproc::regprocedure), ', '
    ORDER BY p.amprocnum, p.amproclefttype::regtype::text COLLATE "C", p.amprocrighttype::regtype::text COLLATE "C") FROM pg_amproc p WHERE p.amprocfamily = o.oid)`

// Returns the SQL expression for the content of a publication. Since PostgreSQL 15, a publication can contain columns, a row
// filter, and schemas.
function published(major: number): string {
  const part = (text: string) => (major >= 15 ? text : '')
  return `concat_ws(' ', o.puballtables, o.pubinsert, o.pubupdate, o.pubdelete,
    (SELECT string_agg(r.prrelid::regclass::text${part(`
        || COALESCE(' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
          WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[])) || ')', '')
        || COALESCE(' WHERE ' || pg_get_expr(r.prqual, r.prrelid), '')`)}, ', ' ORDER BY r.prrelid::regclass::text COLLATE "C")
      FROM pg_publication_rel r WHERE r.prpubid = o.oid)${part(`,
    (SELECT 'schemas ' || string_agg(n.pnnspid::regnamespace::text, ', ' ORDER BY n.pnnspid::regnamespace::text COLLATE "C")
      FROM pg_publication_namespace n WHERE n.pnpubid = o.oid)`)},
    CASE WHEN NOT o.pubtruncate THEN 'no truncate' END, CASE WHEN (to_jsonb(o) ->> 'pubviaroot')::boolean THEN 'via root' END,
    NULLIF(to_jsonb(o) ->> 'pubgencols', 'n'))`
}

const KINDS = new Map<number, readonly PostgresStandaloneObjectKind[]>()

export function listPostgresStandaloneObjectKinds(major: number): readonly PostgresStandaloneObjectKind[] {
  const known = KINDS.get(major) ?? kindsFor(major)
  KINDS.set(major, known)
  return known
}

function kindsFor(major: number): readonly PostgresStandaloneObjectKind[] {
  return [
    {
      ...inSchema('pg_collation', 'coll', 'collation'),
      // The catalog column of the ICU locale has one name before PostgreSQL 15, another name in versions 15 and 16, and a third
      // name since version 17. The definition does not contain the encoding, because a collation has the encoding of the database
      // or applies to every encoding.
      definition: `concat_ws(' ', o.collprovider, o.collisdeterministic,
        COALESCE(o.collcollate, to_jsonb(o) ->> 'colllocale', to_jsonb(o) ->> 'colliculocale'), to_jsonb(o) ->> 'collicurules')`,
    },
    {
      ...inSchema('pg_operator', 'opr', 'operator'),
      name: `o.oprname || '(' || concat_ws(', ', o.oprleft::regtype, o.oprright::regtype) || ')'`,
      definition: `concat_ws(' ', o.oprcode, o.oprrest, o.oprjoin, o.oprcanmerge, o.oprcanhash)`,
    },
    {
      ...inSchema('pg_opclass', 'opc', 'operator class'),
      name: `o.opcname || ' using ' || ${method('opcmethod')}`,
      definition: `concat_ws(' ', o.opcintype::regtype, o.opcdefault, NULLIF(o.opckeytype, 0)::regtype,
        (SELECT ${objectNameExpressionSql('f.opfnamespace', 'f.opfname')} FROM pg_opfamily f WHERE f.oid = o.opcfamily))`,
    },
    {
      ...inSchema('pg_opfamily', 'opf', 'operator family'),
      name: `o.opfname || ' using ' || ${method('opfmethod')}`,
      definition: `concat_ws('; ', '', ${members})`,
    },
    {
      ...inSchema('pg_conversion', 'con', 'conversion'),
      definition: `concat_ws(' ', o.conforencoding, o.contoencoding, o.conproc, CASE WHEN o.condefault THEN 'default' END)`,
    },
    {
      ...inSchema('pg_ts_config', 'cfg', 'text search configuration'),
      definition: `(SELECT string_agg(concat_ws(' ', m.maptokentype, m.mapseqno, m.mapdict::regdictionary), ', ' ORDER BY m.maptokentype, m.mapseqno)
        FROM pg_ts_config_map m WHERE m.mapcfg = o.oid)`,
    },
    { ...inSchema('pg_ts_dict', 'dict', 'text search dictionary'), definition: `coalesce(o.dictinitoption, '')` },
    {
      ...inSchema('pg_ts_parser', 'prs', 'text search parser'),
      owner: undefined,
      definition: `concat_ws(' ', o.prsstart, o.prstoken, o.prsend, o.prsheadline, o.prslextype)`,
    },
    {
      ...inSchema('pg_ts_template', 'tmpl', 'text search template'),
      owner: undefined,
      definition: `concat_ws(' ', o.tmplinit, o.tmpllexize)`,
    },
    {
      ...alone('pg_cast', 'cast', `concat_ws(' as ', o.castsource::regtype, o.casttarget::regtype)`),
      definition: `concat_ws(' ', o.castfunc::regproc, o.castcontext, o.castmethod)`,
    },
    {
      ...alone(
        'pg_transform',
        'transform',
        `concat_ws(' ', 'for', o.trftype::regtype, 'language', (SELECT l.lanname FROM pg_language l WHERE l.oid = o.trflang))`,
      ),
      definition: `concat_ws(' ', o.trffromsql::regproc, o.trftosql::regproc)`,
    },
    {
      ...alone('pg_event_trigger', 'event trigger', 'o.evtname'),
      definition: `concat_ws(' ', o.evtevent, o.evtfoid::regproc, o.evtenabled, o.evttags)`,
    },
    { ...alone('pg_publication', 'publication', 'o.pubname'), definition: published(major) },
    { ...alone('pg_foreign_server', 'foreign server', 'o.srvname'), definition: `concat_ws(' ', o.srvtype, o.srvversion)` },
    {
      ...alone('pg_foreign_data_wrapper', 'foreign-data wrapper', 'o.fdwname'),
      definition: `concat_ws(' ', o.fdwhandler::regproc, o.fdwvalidator::regproc)`,
    },
    { ...alone('pg_language', 'language', 'o.lanname'), definition: `concat_ws(' ', o.lanpltrusted, o.lanplcallfoid::regproc)` },
    { ...alone('pg_am', 'access method', 'o.amname'), definition: `concat_ws(' ', o.amtype, o.amhandler::regproc)` },
  ]
}

/** Returns the SQL expression for the name of a standalone object, such as a cast, in a schema state. */
export function standaloneNameExpressionSql({ name, schema }: PostgresStandaloneObjectKind): string {
  return schema === undefined ? `(${name})::text` : objectNameExpressionSql(`o.${schema}`, name)
}

/** Returns the SQL expression for the group of a standalone object, such as a cast, in a schema state. */
export function standaloneGroupExpressionSql(kind: PostgresStandaloneObjectKind): string {
  return `'opaque:${kind.what} ' || ${standaloneNameExpressionSql(kind)}`
}

/**
 * Returns the SQL condition that excludes objects which the server or an extension created together with another object. An
 * example is the cast of a range to its multirange, which the server creates with the range type.
 */
export function userCreatedStandaloneConditionSql({ catalog }: PostgresStandaloneObjectKind): string {
  return `NOT EXISTS (SELECT FROM pg_depend e_ WHERE e_.classid = '${catalog}'::regclass AND e_.objid = o.oid AND e_.deptype IN ('e', 'i'))`
}

type UndefinedKind = Omit<PostgresStandaloneObjectKind, 'definition'>

function inSchema(catalog: string, prefix: string, what: string): UndefinedKind {
  return { catalog, what, name: `o.${prefix}name`, schema: `${prefix}namespace`, owner: `${prefix}owner` }
}

function alone(catalog: string, what: string, name: string): UndefinedKind {
  return { catalog, what, name }
}
