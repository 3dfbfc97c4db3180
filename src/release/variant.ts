import type { DialectName } from '../schema/object.ts'

/**
 * The tags in file names that each dialect uses, the most specific tag first. If no file has one of these tags, the dialect uses
 * the file without a tag.
 */
const SERVED_BY: { readonly [D in DialectName]: readonly DialectName[] } = {
  postgres: ['postgres'],
  mysql: ['mysql'],
  mariadb: ['mariadb', 'mysql'],
}

/**
 * Returns the file that the engine uses for a dialect: the file with the tag of the dialect, else the file with the tag of a
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
