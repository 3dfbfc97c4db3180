/** What goes into one column of a generated row. */
export type Cell =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'null' }
  /** The server fills it: an identity, a sequence. */
  | { readonly kind: 'default' }
  /** A constant that has no spelling as text: `x'00'`, `ST_GeomFromText('POINT(1 1)')`. Never made of what comes from outside. */
  | { readonly kind: 'constant'; readonly sql: string }

export const NULL: Cell = { kind: 'null' }
export const DEFAULT: Cell = { kind: 'default' }

export function text(of: string | number): Cell {
  return { kind: 'text', text: String(of) }
}

export function constant(sql: string): Cell {
  return { kind: 'constant', sql }
}
