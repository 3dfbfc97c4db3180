import type { DialectName } from '../schema/object.ts'

/** Which tags serve a dialect, the closest first. A file without a tag serves when none of these is there. */
const SERVED_BY: { readonly [D in DialectName]: readonly DialectName[] } = {
  postgres: ['postgres'],
  mysql: ['mysql'],
  mariadb: ['mariadb', 'mysql'],
}

/** The file for this dialect: its own tag, then its family's, then the one without a tag. */
export function variantFor<T extends { readonly dialect?: DialectName }>(dialect: DialectName, variants: readonly T[]): T | undefined {
  for (const tag of [...SERVED_BY[dialect], undefined]) {
    const found = variants.find((variant) => variant.dialect === tag)
    if (found) return found
  }
  return undefined
}
