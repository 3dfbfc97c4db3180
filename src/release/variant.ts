import type { DialectName } from '../schema/object.ts'

/**
 * The file tags that each dialect uses, the most specific tag first. A file without a tag is used if no file has one of these
 * tags.
 */
const SERVED_BY: { readonly [D in DialectName]: readonly DialectName[] } = {
  postgres: ['postgres'],
  mysql: ['mysql'],
  mariadb: ['mariadb', 'mysql'],
}

/**
 * Returns the file that is used for a dialect. This is the file with the tag of the dialect, else the file with the tag of a
 * related dialect (mysql for MariaDB), else the file without a tag. Returns undefined if none of these files exists.
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
