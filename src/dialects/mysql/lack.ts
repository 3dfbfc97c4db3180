import type { Lack } from '../../dialect/lack.ts'
import { type InterphaseError, messageOf } from '../../error.ts'
import { errnoOf } from './errors.ts'
import { literal } from './notation.ts'

// "The user specified as a definer ('app'@'%') does not exist"
const NO_DEFINER = 1449
// A grant to somebody who is not there: MariaDB's error, and MySQL's.
const NO_USER: ReadonlySet<number | undefined> = new Set([1133, 1410])

const NO_ROUTINE = 1305

/** A user or role that this server lacks, or a routine, which the dump tools leave out unless they are told. */
export function lackOf(error: InterphaseError): Lack | undefined {
  const errno = errnoOf(error)
  const [, user, host] = errno === NO_DEFINER ? (/\('(.*)'@'(.*)'\)/.exec(messageOf(error)) ?? []) : []
  if (user !== undefined && host !== undefined) {
    return {
      needs: `the user '${user}'@'${host}'`,
      ways: (setup) => [`add to ${setup}: CREATE USER IF NOT EXISTS ${literal(user)}@${literal(host)};`],
    }
  }
  const routine = errno === NO_ROUTINE ? /^\S+: (FUNCTION|PROCEDURE) (?:.*\.)?(\S+) does not exist/.exec(messageOf(error)) : null
  if (routine) {
    return {
      needs: `the ${routine[1]?.toLowerCase()} ${routine[2]}`,
      ways: () => ['dump with --routines, or make it in the migration, above the statement that uses it'],
    }
  }
  if (!NO_USER.has(errno)) return undefined
  return {
    needs: 'a user or role that the statement grants to',
    ways: (setup) => [`add to ${setup}: CREATE USER IF NOT EXISTS …; or CREATE ROLE IF NOT EXISTS …;`],
  }
}
