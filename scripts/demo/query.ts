/** Sends one statement, its values in place of the `?`; the caller writes the places as its database wants them. */
export type Query = (text: string, values: readonly (string | number)[]) => Promise<readonly Row[]>
export type Row = Readonly<Record<string, unknown>>
