/** The value of one column in a generated row. */
export type Cell =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'null' }
  /** A value that the server supplies: an identity or a sequence. */
  | { readonly kind: 'default' }
  /**
   * A constant in SQL that cannot be written as text: `x'00'`, `ST_GeomFromText('POINT(1 1)')`. Never built from external input.
   */
  | { readonly kind: 'constant'; readonly sql: string }

export const NULL_CELL: Cell = { kind: 'null' }
export const DEFAULT_CELL: Cell = { kind: 'default' }

/** A cell that holds this text or number. */
export function textCell(of: string | number): Cell {
  return { kind: 'text', text: String(of) }
}

/** A cell that holds this SQL constant. Pass only literals of the engine. */
export function constantCell(sql: string): Cell {
  return { kind: 'constant', sql }
}
