/** A JSON Schema as a file. */
export function schemaPage(schema: unknown): string {
  return `${JSON.stringify(schema, null, 2)}\n`
}
