import { extensionMemberConditionSql } from './reference.ts'

const PSEUDO_TYPE_ACCEPTS = `CASE WHEN theirs.typname ~ 'range' THEN mine.typtype IN ('r', 'm') WHEN theirs.typname ~ 'array' AND theirs.typname !~ 'non' THEN mine.typcategory = 'A'
    WHEN theirs.typname = 'anyenum' THEN mine.typtype = 'e' WHEN theirs.typname IN ('record', '_record') THEN mine.typtype = 'c' ELSE true END`

// The SQL condition that one value can be an argument for the parameter `mine` of a function and for the parameter `theirs` of the
// other function, both without a cast. A text literal without a type becomes a text if one of the parameters accepts a text. A
// pseudo-type such as anyrange accepts only ranges, and anyelement accepts all types. The elements of arrays are not compared.
const ACCEPT_SAME_ARGUMENT = `(mine.typtype = 'p' OR theirs.typtype = 'p' AND ${PSEUDO_TYPE_ACCEPTS} OR mine.typcategory = 'S' OR mine.typcategory = 'A' AND theirs.typcategory = 'A'
  OR EXISTS (${acceptedTypes('mine')} INTERSECT ${acceptedTypes('theirs')}))`

// Returns the query for the types whose values the server converts to the type of a parameter without a written cast. A value of a
// domain has the type of the domain or its base type.
function acceptedTypes(type: string): string {
  const base = `COALESCE(NULLIF(${type}.typbasetype, 0), ${type}.oid)`
  return `(SELECT ${base} AS type UNION SELECT k.castsource FROM pg_cast k WHERE k.casttarget = ${base} AND k.castcontext = 'i')`
}

/**
 * The SQL condition that the function `p` can take calls from a function of the server or of an extension. This is possible if both
 * functions have the same name and accept the same arguments. The server then chooses the function whose parameters fit the types
 * of the arguments better. The condition is false if the server has a function with exactly the parameter types of `p`, because the
 * server always prefers its own function.
 */
export const OVERLOADS_BUILT_IN = `EXISTS (SELECT FROM pg_proc b WHERE b.proname = p.proname AND b.oid <> p.oid AND b.proargtypes <> p.proargtypes
  AND (b.prokind = 'p') = (p.prokind = 'p')
  AND (b.pronamespace = 'pg_catalog'::regnamespace OR ${extensionMemberConditionSql('pg_proc', 'b.oid')})
  AND (p.provariadic <> 0 OR p.pronargs >= b.pronargs - b.pronargdefaults)
  AND (b.provariadic <> 0 OR b.pronargs >= p.pronargs - p.pronargdefaults)
  AND NOT EXISTS (SELECT FROM unnest(p.proargtypes::oid[], b.proargtypes::oid[]) AS a(mine, theirs)
    JOIN pg_type mine ON mine.oid = a.mine JOIN pg_type theirs ON theirs.oid = a.theirs WHERE NOT ${ACCEPT_SAME_ARGUMENT}))
  AND NOT EXISTS (SELECT FROM pg_proc b WHERE b.pronamespace = 'pg_catalog'::regnamespace AND b.proname = p.proname AND b.proargtypes = p.proargtypes)`
