// A name as a person writes it: bare, or in the quotes of a server, with its schema in front.
const PART = String.raw`(?:"(?:[^"]|"")+"|` + '`(?:[^`]|``)+`' + String.raw`|[\w$]+)`
const NAME = String.raw`(${PART}(?:\s*\.\s*${PART})*)`
const IF_EXISTS = String.raw`(?:IF\s+EXISTS\s+)?`
const TABLES = new RegExp(String.raw`\bDROP\s+TABLE\s+${IF_EXISTS}${NAME}((?:\s*,\s*${NAME})*)`, 'gi')
const ALTERED = new RegExp(String.raw`\bALTER\s+TABLE\s+${IF_EXISTS}(?:ONLY\s+)?${NAME}([^;]*)`, 'gi')
// DROP also takes away constraints, keys and other things that hold no data; only COLUMN may be left out.
const COLUMN = new RegExp(
  String.raw`\bDROP\s+(?:COLUMN\s+)?(?!(?:CONSTRAINT|INDEX|KEY|PRIMARY|FOREIGN|CHECK|DEFAULT|NOT|PARTITION|EXPRESSION|IDENTITY|COLUMN)\b)${IF_EXISTS}(${PART})`,
  'gi',
)

/** What SQL drops that can hold data, by name, a table standing for its columns: read from the text, as a person would. */
export function droppedBy(sql: string): readonly string[] {
  const bare = sql.replaceAll(/--.*$/gm, '').replaceAll(/\/\*[\s\S]*?\*\//g, ' ')
  const tables = [...bare.matchAll(TABLES)].flatMap(([, first = '', more = '']) => namesIn(`${first}${more}`))
  const columns = [...bare.matchAll(ALTERED)].flatMap(([, table = '', commands = '']) => {
    const [name = ''] = namesIn(table)
    if (tables.includes(name)) return []
    return [...commands.matchAll(COLUMN)].map(([, column = '']) => `${name}.${unquoted(column)}`)
  })
  return [...tables, ...columns]
}

/** The names of a list, each without its schema and its quotes. */
function namesIn(list: string): readonly string[] {
  return [...list.matchAll(new RegExp(NAME, 'g'))].map(([name]) => {
    const parts = [...name.matchAll(new RegExp(PART, 'g'))].map(([part]) => part)
    return unquoted(parts.at(-1) ?? '')
  })
}

function unquoted(name: string): string {
  const quote = name[0]
  return quote === '"' || quote === '`' ? name.slice(1, -1).replaceAll(quote + quote, quote) : name
}
