/** What SQL drops that can hold data, by name, a table standing for its columns: read from the text, as a person would. */
export function droppedBy(sql: string): readonly string[] {
  const bare = sql.replaceAll(/--.*$/gm, '')
  const tables = [...bare.matchAll(/\bDROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?(\w+)/gi)].map(([, table = '']) => table)
  const columns = [...bare.matchAll(/\bALTER\s+TABLE\s+(\w+)\s+DROP\s+COLUMN\s+(\w+)/gi)].flatMap(([, table = '', column = '']) =>
    tables.includes(table) ? [] : [`${table}.${column}`],
  )
  return [...tables, ...columns]
}
