import { errorsPage } from './errors-page.ts'

/** A file of this repository that is made from the source, and never edited. */
export interface Page {
  /** From the project's root. */
  readonly file: string
  readonly text: () => string | Promise<string>
}

export const PAGES: readonly Page[] = [{ file: 'docs/errors.md', text: errorsPage }]
