import { type MysqlToken, unquoteMysqlString } from '../lexer.ts'
import { REASON_AGAINST_REPLICATION_CHANGE } from './reasons.ts'

interface Refused {
  /** The description of the refused functions for the page docs/statements.md. */
  readonly says: string
  readonly names: RegExp
  readonly because: string
}

/** The server functions that change objects outside the database, or whose changes the engine cannot observe. */
export const MYSQL_REFUSED_FUNCTIONS: readonly Refused[] = [
  {
    says: 'RELEASE_ALL_LOCKS, RELEASE_LOCK of a name that does not begin with a literal',
    names: /^RELEASE_(?:ALL_LOCKS|LOCK)$/,
    because:
      "The function may release the lock of the run. Begin the name of the lock with a literal: RELEASE_LOCK('mine') or RELEASE_LOCK(CONCAT('mine_', id)).",
  },
  {
    says: 'LOAD_FILE',
    names: /^LOAD_FILE$/,
    because: 'The function reads a file on the machine of the server, and a shadow runs on another machine. Write the rows as INSERT.',
  },
  {
    says: 'group_replication_…, asynchronous_connection_failover_…',
    names: /^(?:GROUP_REPLICATION|ASYNCHRONOUS_CONNECTION_FAILOVER)_/,
    because: REASON_AGAINST_REPLICATION_CHANGE,
  },
  {
    says: 'keyring_…',
    names: /^KEYRING_/,
    because: 'The function changes the keys of the whole server. Call it outside of migrations, as an administrator.',
  },
  {
    says: 'sys_exec, sys_eval',
    names: /^SYS_(?:EXEC|EVAL)$/,
    because: 'The function runs a program on the machine of the server, and the engine cannot observe its effects.',
  },
]

export interface RefusedFunctionCall {
  readonly name: string
  readonly because: string
}

export function findRefusedFunctionCall(tokens: readonly MysqlToken[]): RefusedFunctionCall | undefined {
  for (const [index, { kind, value }] of tokens.entries()) {
    if ((kind !== 'word' && kind !== 'name') || tokens[index + 1]?.value !== '(') continue
    const found = MYSQL_REFUSED_FUNCTIONS.find(({ names }) => names.test(value.toUpperCase()))
    if (found && !releasesOtherLock(tokens, index)) return { name: value.toUpperCase(), because: found.because }
  }
  return undefined
}

/**
 * Returns true for a RELEASE_LOCK that cannot release a lock of the engine. The name of the lock must be a literal, or a CONCAT
 * with a literal as its first argument, and must not begin like a name of the engine.
 */
function releasesOtherLock(tokens: readonly MysqlToken[], index: number): boolean {
  if (tokens[index]?.value.toUpperCase() !== 'RELEASE_LOCK') return false
  const isConcat = tokens[index + 2]?.value === 'CONCAT' && tokens[index + 3]?.value === '('
  const argument = tokens[index + (isConcat ? 4 : 2)]
  const end = tokens[index + (isConcat ? 5 : 3)]?.value
  if (argument?.kind !== 'string' || !(end === ')' || (isConcat && end === ','))) return false
  const name = unquoteMysqlString(argument.value).toLowerCase()
  return !name.startsWith(ENGINE_LOCK) && (end === ')' || !ENGINE_LOCK.startsWith(name))
}

// The names of the locks of all runs begin with the text `interphase`.
const ENGINE_LOCK = 'interphase'
