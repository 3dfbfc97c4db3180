/**
 * A kind of object that is not a relation, routine or type, such as a cast. The fields contain the names of the kind in the
 * grammar, in the catalog and in a schema state.
 */
export interface StandaloneKindInGrammar {
  readonly objectType: string
  readonly catalog: string
  readonly name: string
  /** The catalog column with the schema of the object. The field is absent for kinds of objects that exist outside schemas. */
  readonly schema?: string
  readonly what: string
  /** The beginning of the key under which a schema state stores an object of this kind, such as `cast:`. */
  readonly group: string
}

const opaque = (objectType: string, catalog: string, column: string, what: string, schema?: string): StandaloneKindInGrammar => ({
  objectType,
  catalog,
  name: `${column}name`,
  ...(schema !== undefined && { schema: `${column}${schema}` }),
  what,
  group: `opaque:${what} `,
})

export const STANDALONE_KINDS_IN_GRAMMAR: readonly StandaloneKindInGrammar[] = [
  { objectType: 'OBJECT_EXTENSION', catalog: 'pg_extension', name: 'extname', what: 'extension', group: 'extension:' },
  opaque('OBJECT_PUBLICATION', 'pg_publication', 'pub', 'publication'),
  opaque('OBJECT_EVENT_TRIGGER', 'pg_event_trigger', 'evt', 'event trigger'),
  opaque('OBJECT_LANGUAGE', 'pg_language', 'lan', 'language'),
  opaque('OBJECT_COLLATION', 'pg_collation', 'coll', 'collation', 'namespace'),
  opaque('OBJECT_CONVERSION', 'pg_conversion', 'con', 'conversion', 'namespace'),
  opaque('OBJECT_TSCONFIGURATION', 'pg_ts_config', 'cfg', 'text search configuration', 'namespace'),
  opaque('OBJECT_TSDICTIONARY', 'pg_ts_dict', 'dict', 'text search dictionary', 'namespace'),
]
