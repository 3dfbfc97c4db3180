import type { EngineOptions } from '../../src/engine.ts'
import type { Event } from '../../src/event.ts'
import { PHASES } from '../../src/phase/phase.ts'
import { LOAD_SIGNAL_NAMES, type ThrottlePolicy } from '../../src/phase/throttle.ts'
import { readPolicies } from '../../src/project/policies.ts'
import type { UpgradeOptions } from '../../src/run/upgrade.ts'
import type { ChainOnServer, Files } from '../support/chain.ts'

/** A chain whose data step is throttled by these signals only, so that the load of other tests does not matter. */
export function throttledFiles(throttle: Partial<ThrottlePolicy>): Files {
  const off = Object.fromEntries(LOAD_SIGNAL_NAMES.map((signal) => [signal, { off: 'The test does not need this signal.' }]))
  const { migrate, ...others } = readPolicies()
  const policies = { ...others, migrate: { ...migrate, throttle: { ...throttle, signals: { ...off, ...throttle.signals } } } }
  return {
    ...Object.fromEntries(PHASES.map((phase) => [`/rules/${phase}.json`, JSON.stringify(policies[phase])])),
    'r1/010-item.expand.sql':
      'CREATE TABLE item (id bigint NOT NULL PRIMARY KEY, code varchar(20), old int);\nCREATE TABLE knob (n int, id int NOT NULL PRIMARY KEY);\nINSERT INTO knob (id, n) VALUES (1, 0);',
    'r2/rows/item.sql': 'INSERT INTO item (id) VALUES (1), (5), (6), (9);',
    'r2/010-code.migrate.sql': "-- interphase: batch item size 2\nUPDATE item SET code = 'x' WHERE :batch AND code IS NULL;",
  }
}

/** A migrate phase that runs until it ends or waits. */
export interface RunningStep {
  readonly events: readonly Event[]
  readonly ended: Promise<unknown>
  /** The first event of this type. Rejects if the run ends without it. */
  saw<T extends Event['type']>(type: T): Promise<Extract<Event, { type: T }>>
}

export async function startStep(
  chain: ChainOnServer,
  options: EngineOptions = {},
  upgrade: Partial<Pick<UpgradeOptions, 'maxTimeMs' | 'waitMs'>> = {},
): Promise<RunningStep> {
  const events: Event[] = []
  const listeners = new Set<() => void>()
  const emit = (event: Event) => {
    events.push(event)
    for (const listen of listeners) listen()
  }
  const ended = (await chain.open({ emit, ...options })).upgrade({ only: 'migrate', ...upgrade })
  const saw = <T extends Event['type']>(type: T) =>
    new Promise<Extract<Event, { type: T }>>((resolve, reject) => {
      const look = () => {
        const found = events.find((event): event is Extract<Event, { type: T }> => event.type === type)
        if (found) resolve(found)
      }
      listeners.add(look)
      look()
      ended.then(() => reject(new Error(`ended without ${type}`)), reject)
    })
  // A test that fails earlier must not leave an unhandled rejection.
  ended.catch(() => undefined)
  return { events, ended, saw }
}
