/** The value of one column in a generated row. */
export type GeneratedValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'null' }
  /** A generated value of the kind 'default': the server generates the value, from an identity or a sequence. */
  | { readonly kind: 'default' }
  /**
   * A generated value of the kind 'constant': a SQL constant for a value that cannot be written as text, such as `x'00'` or
   * `ST_GeomFromText('POINT(1 1)')`. The constant must contain only text that needs no escaping, and never text of a user.
   */
  | { readonly kind: 'constant'; readonly sql: string }

export const GENERATED_NULL_VALUE: GeneratedValue = { kind: 'null' }
export const SERVER_SUPPLIED_VALUE: GeneratedValue = { kind: 'default' }

/** Makes the value of a column from a text or a number. */
export function generatedValueFromText(of: string | number): GeneratedValue {
  return { kind: 'text', text: String(of) }
}

/**
 * Makes the value of a column from a SQL constant. The constant must contain only text that needs no escaping, and never text of
 * a user.
 */
export function generatedValueFromSqlConstant(sql: string): GeneratedValue {
  return { kind: 'constant', sql }
}
