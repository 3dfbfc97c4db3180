import { readPolicies } from '../../src/project/policies.ts'
import type { Files } from './chain.ts'

/** The shipped policies, but whoever waits for a lock gives up after a second, tries again at once, and only once. */
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

/** With this in the configuration. */
export const HASTILY = { phases: 'phases' }
