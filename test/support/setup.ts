import { BROKER_VARIABLE, type Broker, openBroker, reportDurations, requireServers } from './broker.ts'
import { mustBeQuick, Stopwatch, slowestOf } from './durations.ts'
import { dropDatabases } from './servers.ts'

let broker: Broker | undefined

/** Runs once before the first test file, in the process of mocha itself. */
export async function mochaGlobalSetup(): Promise<void> {
  broker = await openBroker()
  process.env[BROKER_VARIABLE] = broker.address
  try {
    await requireServers(broker)
  } catch (error) {
    await broker.close()
    throw error
  }
}

export async function mochaGlobalTeardown(): Promise<void> {
  const durations = broker?.durations() ?? []
  for (const line of [slowestOf(durations), await broker?.missing()]) if (line) console.log(line)
  await broker?.close()
  mustBeQuick(durations)
}

const stopwatch = new Stopwatch()

export const mochaHooks = {
  beforeAll(): void {
    stopwatch.start()
  },
  afterEach(this: Mocha.Context): void {
    stopwatch.ended(this.currentTest)
  },
  async afterAll(): Promise<void> {
    await dropDatabases()
    await reportDurations(stopwatch.taken())
  },
}
