import type { StatementTimeLimits } from '../../../dialect/dialect.ts'

/** Returns the time limits of a statement that differ from the limits in `own`, which the session already has. */
export function changedStatementTimeLimits(
  own: StatementTimeLimits,
  { lockTimeoutMs, statementTimeoutMs }: StatementTimeLimits,
): StatementTimeLimits {
  return {
    ...(lockTimeoutMs !== undefined && lockTimeoutMs !== own.lockTimeoutMs && { lockTimeoutMs }),
    ...(statementTimeoutMs !== undefined && statementTimeoutMs !== own.statementTimeoutMs && { statementTimeoutMs }),
  }
}

/** Returns the statements that set the time limits, with `SET` for the session or `SET LOCAL` for the transaction. */
export function postgresTimeLimitStatementsSql(
  limits: { readonly [K in keyof StatementTimeLimits]: number | 'DEFAULT' | undefined },
  set: 'SET' | 'SET LOCAL',
): readonly string[] {
  const { lockTimeoutMs, statementTimeoutMs } = limits
  return [
    ...(lockTimeoutMs === undefined ? [] : [`${set} lock_timeout = ${lockTimeoutMs}`]),
    ...(statementTimeoutMs === undefined ? [] : [`${set} statement_timeout = ${statementTimeoutMs}`]),
  ]
}
