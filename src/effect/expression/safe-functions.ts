/**
 * The names of safe SQL functions of PostgreSQL, MySQL and MariaDB, by their result type. A safe function returns a value for every
 * value of its first argument if its other arguments are constants. The key `first` contains the functions whose result has the
 * type of the first argument. The empty key contains functions whose result type the engine does not need. The table does not
 * contain functions that can fail, such as to_tsvector (text above 1 MB), int4range (bounds in the wrong order) and to_date.
 */
const TYPES: Readonly<Record<string, string>> = {
  first:
    'lower upper lcase ucase initcap btrim trim ltrim rtrim left right reverse substring substr coalesce ifnull nullif greatest least date_trunc date_add ' +
    'array_remove setweight trunc truncate timezone convert substring_index mid',
  text: 'md5 concat concat_ws replace translate regexp_replace split_part to_char format jsonb_typeof json_typeof encode quote_literal chr_length array_to_string json_type hex inet_ntoa',
  integer:
    'length char_length character_length octet_length bit_length position strpos instr locate ascii array_length cardinality array_position array_ndims num_nulls num_nonnulls crc32 hashtext sign',
  bigint: 'hashtextextended nextval',
  numeric: 'extract date_part',
  jsonb: 'to_jsonb jsonb_extract_path jsonb_strip_nulls jsonb_build_array jsonb_array',
  boolean: 'isempty starts_with regexp_like json_valid json_contains_path lower_inc upper_inc lower_inf upper_inf isfinite xor not',
  uuid: 'gen_random_uuid uuid_generate_v4 uuid_generate_v1 uuidv4 uuidv7',
  bytea: 'sha224 sha256 sha384 sha512',
  'timestamp with time zone': 'now statement_timestamp transaction_timestamp clock_timestamp',
  'timestamp': 'current_timestamp localtimestamp utc_timestamp localtime sysdate curdate curtime current_date current_time',
  'double precision': 'random rand pi',
  '': 'array_to_tsvector jsonb_extract_path_text json_extract_path_text if age md5_hash sha1 sha sha2 uuid uuid_short current_user current_setting current_role session_user in any all some row values array user daterange_subdiff unhex json_quote json_unquote to_base64 bin_to_uuid last_insert_id currval',
}

const RESULTS: ReadonlyMap<string, string> = new Map(
  Object.entries(TYPES).flatMap(([type, names]) => names.split(' ').map((name) => [name, type] as const)),
)

/**
 * Returns the result type of a safe SQL function, which is a function that returns a value for every argument. `first` is the
 * type of the first argument. Returns undefined if the function can fail or is unknown. The field `type` is undefined if only the
 * type is unknown.
 */
export function resultTypeOfSafeFunction(name: string, first: string | undefined): { readonly type: string | undefined } | undefined {
  const lower = name.toLowerCase()
  if (OF_DATES.has(lower)) return first !== undefined && IS_DATE.test(first) ? { type: 'int' } : undefined
  if (OF_JSON.has(lower)) return first !== undefined && /^jsonb?$/.test(first) ? { type: first } : undefined
  if (ROUNDS_UP.has(lower)) return { type: first && withOneMoreDigit(first) }
  const type = RESULTS.get(lower)
  if (type === undefined) return undefined
  return { type: type === 'first' ? first : type === '' ? undefined : type }
}

// The SQL functions whose result can have one digit more than their argument: round(9.99) is 10.
const ROUNDS_UP: ReadonlySet<string> = new Set(['round', 'floor', 'ceil', 'ceiling'])

/**
 * Adds 1 to the precision of a numeric or decimal type: `numeric(3,2)` becomes `numeric(4,2)`, because a rounded value can have one
 * more digit. Returns every other type unchanged.
 */
function withOneMoreDigit(type: string): string {
  return type.replace(/^((?:numeric|decimal)\()(\d+)/, (_, before: string, precision: string) => `${before}${Number(precision) + 1}`)
}

/**
 * Returns true for a function of a server that fails only for some arguments, such as to_date. If all arguments are constants, the
 * call has the same result in every row. For a function of the project, the engine does not know which arguments are safe.
 */
export function functionFailsForSomeArguments(name: string): boolean {
  return FAILS_BY_ARGUMENTS.has(name.toLowerCase())
}

const FAILS_BY_ARGUMENTS: ReadonlySet<string> = new Set(
  (
    'uuid_to_bin json_array json_object json_build_object json_build_array jsonb_build_object jsonb_object point box circle make_interval ' +
    'make_date make_time make_timestamp to_date to_timestamp int4range int8range numrange daterange tsrange tstzrange decode abs pow power sqrt ' +
    'chr char repeat lpad rpad to_tsvector to_tsquery inet_aton str_to_date row_to_json array_fill'
  ).split(' '),
)

/** Returns true if the SQL function can return NULL although no argument is NULL. */
export function functionCanReturnNull(name: string): boolean {
  return GIVES_NULL.has(name.toLowerCase())
}

/** Returns true if the result of the SQL function is NULL only if all its arguments are NULL. */
export function functionReturnsNullOnlyForAllNull(name: string): boolean {
  return /^(?:coalesce|ifnull|concat_ws|greatest|least)$/i.test(name)
}

const IS_DATE = /^(?:date|datetime|timestamp|time)\b/
// The functions of dates on MySQL and MariaDB. They are safe only for arguments of a date type. If an argument is a text that is
// not a date, a strict session that writes a row fails.
const OF_DATES: ReadonlySet<string> = new Set(
  'date year month day dayofmonth dayofweek dayofyear weekday week quarter hour minute second microsecond to_days last_day unix_timestamp date_format yearweek'.split(
    ' ',
  ),
)
const OF_JSON: ReadonlySet<string> = new Set('json_extract json_value json_length json_contains json_keys json_overlaps'.split(' '))

const GIVES_NULL: ReadonlySet<string> = new Set(
  (
    'nullif current_setting if json_extract json_value json_unquote json_type json_keys json_length jsonb_extract_path jsonb_extract_path_text ' +
    'json_extract_path_text array_length array_position array_ndims array_to_string substring substr lower upper date_add convert unhex'
  ).split(' '),
)
