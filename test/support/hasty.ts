import { readPolicies } from '../../src/project/policies.ts'
import type { Files } from './chain.ts'

/**
 * The files of the shipped policies with a lock timeout of one second, and with a second attempt at once and no third attempt.
 */
export const HASTY: Files = Object.fromEntries(
  Object.entries(readPolicies()).map(([phase, policy]) => [
    `/phases/${phase}.json`,
    JSON.stringify({
      ...policy,
      session: { ...policy.session, lockTimeoutMs: 1000 },
      retry: { attempts: 2, firstDelayMs: 1, maxDelayMs: 1 },
    }),
  ]),
)

/** The setting of the configuration that selects these policies. */
export const HASTILY = { phases: 'phases' }
