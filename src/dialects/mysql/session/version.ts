import type { ServerVersion } from '../../../dialect/dialect.ts'
import { InterphaseError } from '../../../error.ts'
import { detectMysqlFamilyServerName, type MysqlFamilyServer } from './flavour.ts'

export function parseMysqlVersion(text: string): ServerVersion {
  const [major = 0, minor = 0] = numbersOf(text)
  return { text, major, minor }
}

/**
 * Throws `database.version` if the server is another product than `flavour`, or is older than the oldest supported version of the
 * product.
 */
export function refuseUnsupportedMysqlServer(flavour: MysqlFamilyServer, { text }: ServerVersion): void {
  const { oldestVersion, title } = flavour
  const numbers = numbersOf(text)
  const differs = oldestVersion.findIndex((number, place) => numbers[place] !== number)
  const newEnough = differs < 0 || (numbers[differs] ?? 0) > (oldestVersion[differs] ?? 0)
  if (detectMysqlFamilyServerName(text) === flavour.name && newEnough) return
  throw new InterphaseError('database.version', {
    dialect: flavour.name,
    found: text,
    needs: `${title} ${oldestVersion.join('.')}`,
  })
}

/**
 * Returns the server version as major, minor and patch. Some proxies add a prefix to the version. For MariaDB 10.11.4, they
 * report 5.5.5-10.11.4-MariaDB.
 */
function numbersOf(text: string): readonly number[] {
  const found = /^(?:5\.5\.5-)?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text)
  return (found?.slice(1) ?? []).map((digits: string | undefined) => Number(digits ?? 0))
}
