import { BROKER_VARIABLE, type Broker, openBroker, requireServers } from './broker.ts'
import { dropDatabases } from './servers.ts'

let broker: Broker | undefined

/** Runs once, before the first test file, in mocha's own process. */
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
  const missing = await broker?.missing()
  if (missing) console.log(missing)
  await broker?.close()
}

export const mochaHooks = {
  async afterAll(): Promise<void> {
    await dropDatabases()
  },
}
