import type { MissingPrerequisite } from '../../../dialect/lack.ts'
import { errorMessageOf, type InterphaseError, isError } from '../../../error.ts'
import { mysqlErrorNumberOf } from '../session/errors.ts'
import { quoteMysqlStringLiteral } from '../text/notation.ts'

// The server's error number for "The user specified as a definer ('app'@'%') does not exist".
const NO_DEFINER = 1449
const SHADOWS = '`interphase\\_scratch\\_%`.*'
// The error numbers of MariaDB and MySQL for a GRANT to an unknown account.
const NO_USER: ReadonlySet<number | undefined> = new Set([1133, 1410])

const GRANTEES = /\bTO\s+([^;]+?)\s*(?:\b(?:WITH|REQUIRE|AS|IDENTIFIED)\b[^]*)?$/i
const NO_ROUTINE = 1305

/**
 * Returns the user, role or routine that a failed statement needs and that the server does not have, with remedies. A routine can
 * be missing because dump tools omit routines by default. Returns undefined for every other error.
 */
export function findMissingMysqlPrerequisite(error: InterphaseError): MissingPrerequisite | undefined {
  const errno = mysqlErrorNumberOf(error)
  const [, user, host] = errno === NO_DEFINER ? (/\('(.*)'@'(.*)'\)/.exec(errorMessageOf(error)) ?? []) : []
  if (user !== undefined && host !== undefined) {
    const who = `${quoteMysqlStringLiteral(user)}@${quoteMysqlStringLiteral(host)}`
    // The remedy creates a locked account, with which every login fails. The server executes an object with the privileges of its
    // definer, also if the account of the definer is locked.
    return {
      missing: `the user '${user}'@'${host}'`,
      remedies: (setup) => [`add to ${setup}: CREATE USER IF NOT EXISTS ${who} ACCOUNT LOCK; GRANT ALL ON ${SHADOWS} TO ${who};`],
    }
  }
  const routine = errno === NO_ROUTINE ? /^\S+: (FUNCTION|PROCEDURE) (?:.*\.)?(\S+) does not exist/.exec(errorMessageOf(error)) : null
  if (routine) {
    return {
      missing: `the ${routine[1]?.toLowerCase()} ${routine[2]}`,
      remedies: () => ['dump with --routines, or make it in the migration, above the statement that uses it'],
    }
  }
  const grantees = NO_USER.has(errno) && isError(error, 'statement.failed') ? GRANTEES.exec(error.facts.statement)?.[1] : undefined
  if (grantees === undefined) return undefined
  return {
    missing: `the user or role ${grantees}`,
    remedies: (setup) => [`add to ${setup}: CREATE USER IF NOT EXISTS ${grantees} ACCOUNT LOCK;`],
  }
}
