// Matches the parts of a statement whose words are not keywords of the statement: strings, comments and bodies in dollar quotes.
const NOT_CODE = /'(?:[^'\\]|''|\\.)*'|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//g

const SHOWS = /^(?:SHOW|DESCRIBE|DESC|EXPLAIN)\b|^SET\s+(?:(?:SESSION|LOCAL)\s+)?(?:TRANSACTION|CHARACTERISTICS|autocommit)\b/i

// Matches a query of the server's catalogs. Sequelize and old migrations read the catalogs to determine which objects exist.
const READS_CATALOG = /\b(?:from|join)\s+["`]?(?:information_schema["`]?\s*\.|pg_catalog["`]?\s*\.|pg_\w+|mysql["`]?\s*\.)/i

// Matches functions of the servers that change something although a SELECT calls them.
const CHANGES = /\b(?:setval|nextval|set_config|pg_advisory\w*|get_lock|lo_\w+)\s*\(/i

/**
 * The words that can stand before an opening parenthesis in a query that only reads: keywords, and server functions that change
 * no data.
 */
const HARMLESS = new Set(
  `in values as on using any all some over filter where from select when then else by having join union except intersect limit interval
  case distinct cast convert like between is array row lateral with and or not exists returning partition rows range group order end
  count sum min max avg coalesce nullif ifnull if greatest least concat concat_ws lower upper length char_length octet_length substring substr
  trim ltrim rtrim btrim replace left right round floor ceil ceiling abs mod sign power sqrt now current_date current_timestamp localtimestamp
  curdate curtime utc_timestamp date time timestamp year month day hour extract date_trunc date_part date_format date_add date_sub datediff age
  to_char to_date to_timestamp to_number unix_timestamp from_unixtime str_to_date array_agg array_length array_to_string string_agg group_concat
  string_to_array unnest generate_series row_number rank dense_rank lag lead first_value last_value ntile bool_and bool_or version database
  schema current_database current_schema current_schemas current_user user session_user connection_id split_part regexp_replace
  regexp_matches position strpos instr locate md5 sha1 sha256 encode decode format quote_ident quote_literal to_regclass has_table_privilege
  json_extract json_unquote json_object json_array json_arrayagg json_objectagg json_length json_contains json_valid json_agg json_build_object
  json_build_array jsonb_agg jsonb_build_object jsonb_array_elements jsonb_array_elements_text json_array_elements jsonb_each jsonb_set
  jsonb_array_length jsonb_typeof to_json to_jsonb row_to_json varchar char character numeric decimal bit varbit rand random uuid
  gen_random_uuid exp ln log pi isnull lpad rpad reverse initcap ascii chr char_length field elt find_in_set last_insert_id row_count`.split(
    /\s+/,
  ),
)

/**
 * Returns true if a statement of an old migration certainly changes no data and no schema. Examples are a query of tables or of
 * the catalog, SHOW, EXPLAIN, and SET TRANSACTION. Returns false for a SELECT that calls an unknown function or contains INTO,
 * and for a text with several statements.
 */
export function isReadOnlyStatementOfOldMigration(text: string): boolean {
  const code = text
    .replaceAll(NOT_CODE, ' ')
    .trim()
    .replace(/[;\s]+$/, '')
  if (code === '') return true
  if (code.includes(';')) return false
  if (SHOWS.test(code)) return true
  if (!/^\(*\s*SELECT\b/i.test(code) || CHANGES.test(code) || /\bINTO\b/i.test(code)) return false
  if (READS_CATALOG.test(code)) return true
  return [...code.matchAll(/(?:"([^"]+)"|`([^`]+)`|([\w.]+))\s*\(/g)].every(
    ([, , , name]) => name !== undefined && HARMLESS.has(name.toLowerCase()),
  )
}
