const BUILT_INSIDE =
  '-- interphase: despite scan because the project builds its indexes inside the transaction, and stops the service where tables are large'

/**
 * What the authors of a corpus would have declared, had there been policies when they wrote it: lines of front matter for
 * the files whose path begins so, by the name of the corpus.
 */
const DECLARED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  glance: {
    'releases/01-ocata/001-public-to-visibility.expand.':
      '-- interphase: effect mirrors because the triggers keep is_public and visibility telling the same while both are written',
    'releases/01-ocata/001-public-to-visibility.expand.postgres.': BUILT_INSIDE,
    'releases/01-ocata/001-public-to-visibility.contract.postgres.':
      '-- interphase: despite scan because the project makes the column NOT NULL while nobody writes',
    'releases/04-rocky/001-image-os-hidden.expand.postgres.': BUILT_INSIDE,
    'releases/04-rocky/002-image-os-hash.expand.postgres.': BUILT_INSIDE,
    'releases/07-wallaby/001-task-request-columns.expand.postgres.': BUILT_INSIDE,
  },
}

/** The text with the front matter that the corpus's authors would have given this file. */
export function withDeclared(corpus: string, file: string, text: string): string {
  const lines = Object.entries(DECLARED[corpus] ?? {}).flatMap(([path, line]) => (file.startsWith(path) ? [line] : []))
  return [...lines, text].join('\n')
}
