/**
 * The functions of the file reference.ts return pieces of catalog queries as text. Each function receives SQL expressions or the
 * alias of a row, and returns a SQL expression. The arguments are constants of the source code and never input from outside.
 */

/**
 * Returns the SQL expression for the name of an object in a schema state. For an object in the current schema of the connection,
 * the expression is the bare name. For every other object, the expression is the schema, a dot and the name. A name that contains
 * a dot always has the schema before it, because the first dot of a name in a state ends the schema.
 */
export function objectNameExpressionSql(namespaceOid: string, name: string): string {
  return `(SELECT ${schemaPrefixExpressionSql('n_.nspname', name)} FROM pg_namespace n_ WHERE n_.oid = ${namespaceOid}) || ${name}`
}

/**
 * Returns the SQL expression for the schema and the dot before the name of an object. In the current schema, the result of the
 * expression is empty, except for a name that contains a dot.
 */
export function schemaPrefixExpressionSql(schema: string, name: string): string {
  const isBare = IDENTIFIER.test(name) ? ` AND strpos(${name}, '.') = 0` : ''
  return `CASE WHEN ${schema} = current_schema()${isBare} THEN '' ELSE ${schema} || '.' END`
}

// Matches a catalog column that contains only the name of an object, so that a dot in the value is a part of this name. In other
// SQL expressions, such as the name of a function, a dot can also be a part of the argument types.
const IDENTIFIER = /\.(?:rel|typ)name$/

/**
 * Returns the SQL expression for the name of a collation. The cast `::regcollation` would have the same result, but does not
 * exist in PostgreSQL 12.
 */
export function collationNameExpressionSql(oid: string): string {
  return `(SELECT CASE WHEN pg_collation_is_visible(l_.oid) THEN '' ELSE quote_ident(n_.nspname) || '.' END || quote_ident(l_.collname)
    FROM pg_collation l_ JOIN pg_namespace n_ ON n_.oid = l_.collnamespace WHERE l_.oid = ${oid})`
}

/** Returns the SQL condition that excludes the server's own schemas and the temporary schemas. */
export function userSchemaConditionSql(namespaceName: string): string {
  return `${namespaceName} !~ '^pg_' AND ${namespaceName} <> 'information_schema'`
}

/**
 * Returns the SQL condition that an object is in a requested schema. The WITH clause `asked` contains the requested schemas in the
 * field `schemas`. The current schema of the connection is always requested. If `schemas` is NULL, all schemas are requested,
 * except the server's own schemas and the temporary schemas.
 */
export function requestedSchemaConditionSql(namespaceName: string): string {
  return `${userSchemaConditionSql(namespaceName)} AND ((SELECT schemas FROM asked) IS NULL OR ${namespaceName} = current_schema()
    OR ${namespaceName} = ANY ((SELECT schemas FROM asked)::text[]))`
}

/**
 * Returns the SQL condition for objects that CREATE EXTENSION created. A schema state contains only the extension, and not its
 * objects.
 */
export function extensionMemberConditionSql(catalog: string, oid: string): string {
  return `EXISTS (SELECT FROM pg_depend e_ WHERE e_.classid = '${catalog}'::regclass AND e_.objid = ${oid} AND e_.deptype = 'e')`
}

export function functionNameExpressionSql(alias: string): string {
  return `${objectNameExpressionSql(`${alias}.pronamespace`, `${alias}.proname`)} || '(' || oidvectortypes(${alias}.proargtypes) || ')'`
}

/**
 * Returns the SQL expression for the id of the object to which a row of pg_depend refers. The expression is NULL if a schema
 * state does not contain the object.
 */
export function referencedObjectIdExpressionSql(d: string): string {
  return `CASE ${d}.refclassid
    WHEN 'pg_class'::regclass THEN (SELECT ${relationId('rc', `${d}.refobjsubid`)} FROM pg_class rc WHERE rc.oid = ${d}.refobjid)
    WHEN 'pg_type'::regclass THEN (SELECT COALESCE(
      (SELECT 'extension:' || x.extname FROM pg_depend xd JOIN pg_extension x ON x.oid = xd.refobjid
        WHERE xd.classid = 'pg_type'::regclass AND xd.objid = t2.oid AND xd.deptype = 'e'),
      ${typeId('t2')})
      FROM pg_type t1 JOIN pg_type t2 ON t2.oid = CASE WHEN t1.typelem <> 0 AND t1.typlen = -1 THEN t1.typelem ELSE t1.oid END WHERE t1.oid = ${d}.refobjid)
    WHEN 'pg_proc'::regclass THEN (SELECT COALESCE(
      (SELECT 'extension:' || x.extname FROM pg_depend xd JOIN pg_extension x ON x.oid = xd.refobjid
        WHERE xd.classid = 'pg_proc'::regclass AND xd.objid = rp.oid AND xd.deptype = 'e'),
      'function:' || ${functionNameExpressionSql('rp')}) FROM pg_proc rp WHERE rp.oid = ${d}.refobjid)
    WHEN 'pg_constraint'::regclass THEN (SELECT ${constraintId('rk')} FROM pg_constraint rk WHERE rk.oid = ${d}.refobjid AND rk.conrelid <> 0)
    WHEN 'pg_extension'::regclass THEN (SELECT 'extension:' || rx.extname FROM pg_extension rx WHERE rx.oid = ${d}.refobjid)
  END`
}

function relationId(c: string, column: string): string {
  const name = objectNameExpressionSql(`${c}.relnamespace`, `${c}.relname`)
  return `CASE
    WHEN ${c}.relkind IN ('r', 'p', 'f') THEN CASE WHEN ${column} = 0 THEN 'table:' || ${name}
      ELSE (SELECT 'column:' || ${name} || '.' || ra.attname FROM pg_attribute ra WHERE ra.attrelid = ${c}.oid AND ra.attnum = ${column}) END
    WHEN ${c}.relkind IN ('v', 'm') THEN 'view:' || ${name}
    WHEN ${c}.relkind = 'S' THEN 'sequence:' || ${name}
    WHEN ${c}.relkind = 'c' THEN 'opaque:composite type ' || ${name}
    WHEN ${c}.relkind IN ('i', 'I') THEN (SELECT COALESCE(
      (SELECT ${constraintId('rk')} FROM pg_constraint rk WHERE rk.conrelid = ri.indrelid AND rk.conindid = ri.indexrelid AND rk.contype IN ('p', 'u') LIMIT 1),
      'index:' || (SELECT ${objectNameExpressionSql('rt.relnamespace', 'rt.relname')} FROM pg_class rt WHERE rt.oid = ri.indrelid) || '.' || ${c}.relname)
      FROM pg_index ri WHERE ri.indexrelid = ${c}.oid)
  END`
}

function typeId(t: string): string {
  const name = objectNameExpressionSql(`${t}.typnamespace`, `${t}.typname`)
  return `CASE ${t}.typtype WHEN 'e' THEN 'enum:' || ${name} WHEN 'd' THEN 'domain:' || ${name} WHEN 'r' THEN 'opaque:range type ' || ${name}
    WHEN 'c' THEN (SELECT ${relationId('tc', '0')} FROM pg_class tc WHERE tc.oid = ${t}.typrelid) END`
}

function constraintId(k: string): string {
  const table = `(SELECT ${objectNameExpressionSql('kt.relnamespace', 'kt.relname')} FROM pg_class kt WHERE kt.oid = ${k}.conrelid)`
  return `CASE ${k}.contype WHEN 'p' THEN 'primary-key:' WHEN 'u' THEN 'unique:' WHEN 'c' THEN 'check:' WHEN 'f' THEN 'foreign-key:' END || ${table} || '.' || ${k}.conname`
}
