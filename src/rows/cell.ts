/** The value of one column in a generated row. */
export type GeneratedValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'null' }
  /** A value that the server supplies: an identity or a sequence. */
  | { readonly kind: 'default' }
  /**
   * A constant in SQL that cannot be written as text: `x'00'`, `ST_GeomFromText('POINT(1 1)')`. Must be built only from text that
   * needs no escaping, never from text of a user.
   */
  | { readonly kind: 'constant'; readonly sql: string }

export const NULL_VALUE: GeneratedValue = { kind: 'null' }
export const SERVER_SUPPLIED_VALUE: GeneratedValue = { kind: 'default' }

/** Makes the value of a column from this text or number. */
export function makeTextValue(of: string | number): GeneratedValue {
  return { kind: 'text', text: String(of) }
}

/** Makes the value of a column from a SQL constant. The constant must need no escaping, and must never be text of a user. */
export function makeSqlConstantValue(sql: string): GeneratedValue {
  return { kind: 'constant', sql }
}
