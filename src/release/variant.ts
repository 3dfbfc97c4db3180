import type { DialectName } from '../schema/object.ts'

/** The file tags that each dialect accepts, the most specific first. A file without a tag serves if no tagged file does. */
const SERVED_BY: { readonly [D in DialectName]: readonly DialectName[] } = {
  postgres: ['postgres'],
  mysql: ['mysql'],
  mariadb: ['mariadb', 'mysql'],
}

/**
 * Chooses one of several files for a dialect: the file with the tag of the dialect, otherwise the file with the tag of a related dialect
 * (mysql for MariaDB), otherwise the file without a tag.
 */
export function chooseFileForDialect<T extends { readonly dialect?: DialectName }>(
  dialect: DialectName,
  variants: readonly T[],
): T | undefined {
  for (const tag of [...SERVED_BY[dialect], undefined]) {
    const found = variants.find((variant) => variant.dialect === tag)
    if (found) return found
  }
  return undefined
}
