/** Rows that a statement writes, besides what the schema shows of it. */
export interface RowWrite {
  /** `ANY_TABLE` where it cannot be told. */
  readonly table: string
  /** Where only these columns are written; absent for whole rows. */
  readonly columns?: readonly string[]
  /** Present where values that are there go on in another form, or are lost: by what, as a line says it. */
  readonly rewrites?: string
}

/** A write, and the step of the migration that it belongs to, from 0. */
export interface StepWrite extends RowWrite {
  readonly step: number
}

/** The table of a write that may be anywhere: what a routine does, or a text that a variable holds. */
export const ANY_TABLE = '*'

export function isRewrite<W extends RowWrite>(write: W): write is W & { readonly rewrites: string } {
  return write.rewrites !== undefined
}

/** `column t.b: its values are rewritten by left(b, 1)`, a line for each column, or for the table where all of it is meant. */
export function rewriteLines({ table, columns, rewrites }: RowWrite & { readonly rewrites: string }): readonly string[] {
  return columns === undefined ? [`table ${table}: ${rewrites}`] : columns.map((column) => `column ${table}.${column}: ${rewrites}`)
}
