import type { ServerVersion } from '../../dialect/dialect.ts'
import { InterphaseError } from '../../error.ts'
import { type Flavour, flavourOf } from './flavour.ts'

export function versionOf(text: string): ServerVersion {
  // A MariaDB behind an old proxy says 5.5.5-10.11.4-MariaDB.
  const [, major = '0', minor = '0'] = /^(?:5\.5\.5-)?(\d+)\.(\d+)/.exec(text) ?? []
  return { text, major: Number(major), minor: Number(minor) }
}

/** Throws unless the server is of this flavour and not too old. */
export function mustSuit(flavour: Flavour, { text, major, minor }: ServerVersion): void {
  const { needs, title } = flavour
  const newEnough = major > needs.major || (major === needs.major && minor >= needs.minor)
  if (flavourOf(text) === flavour.name && newEnough) return
  throw new InterphaseError('database.version', {
    dialect: flavour.name,
    found: text,
    needs: `${title} ${needs.major}.${needs.minor}`,
  })
}
