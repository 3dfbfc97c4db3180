import type { MysqlToken } from '../lexer.ts'
import { REASON_AGAINST_REPLICATION_CHANGE } from './reasons.ts'

interface Refused {
  /** The text for the refused functions on the page docs/statements.md. */
  readonly says: string
  readonly names: RegExp
  readonly because: string
}

/** The server functions that change objects outside the database, or whose changes the engine cannot observe. */
export const REFUSED_FUNCTIONS: readonly Refused[] = [
  {
    says: 'RELEASE_ALL_LOCKS, RELEASE_LOCK of a name that is no literal',
    names: /^RELEASE_(?:ALL_LOCKS|LOCK)$/,
    because: "It may release the lock of the run. Name the lock in the statement: RELEASE_LOCK('mine').",
  },
  {
    says: 'LOAD_FILE',
    names: /^LOAD_FILE$/,
    because: 'It reads a file on the machine of the server, and a shadow runs on another machine. Write the rows as INSERT.',
  },
  {
    says: 'group_replication_…, asynchronous_connection_failover_…',
    names: /^(?:GROUP_REPLICATION|ASYNCHRONOUS_CONNECTION_FAILOVER)_/,
    because: REASON_AGAINST_REPLICATION_CHANGE,
  },
  {
    says: 'keyring_…',
    names: /^KEYRING_/,
    because: 'It changes the keys of the whole server. Run it outside of migrations, as an administrator.',
  },
  {
    says: 'sys_exec, sys_eval',
    names: /^SYS_(?:EXEC|EVAL)$/,
    because: 'It runs a program on the machine of the server, and the engine cannot observe its effects.',
  },
]

export interface RefusedFunctionCall {
  readonly name: string
  readonly because: string
}

export function findRefusedFunctionCall(tokens: readonly MysqlToken[]): RefusedFunctionCall | undefined {
  for (const [index, { kind, value }] of tokens.entries()) {
    if ((kind !== 'word' && kind !== 'name') || tokens[index + 1]?.value !== '(') continue
    const found = REFUSED_FUNCTIONS.find(({ names }) => names.test(value.toUpperCase()))
    if (found && !isLockOfItsOwn(value, tokens[index + 2], tokens[index + 3])) return { name: value.toUpperCase(), because: found.because }
  }
  return undefined
}

function isLockOfItsOwn(name: string, argument: MysqlToken | undefined, end: MysqlToken | undefined): boolean {
  return name.toUpperCase() === 'RELEASE_LOCK' && argument?.kind === 'string' && end?.value === ')' && !/^.interphase/i.test(argument.value)
}
