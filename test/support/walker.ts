import { Interphase } from '../../src/engine.ts'
import { InterphaseError, isError, messageOf } from '../../src/error.ts'
import type { Ending, Heard, Order } from './walk.ts'

/**
 * A process that walks a project's chain on one database or on several at once, and can be killed: by itself, once each of
 * them is at a point where it is to die, or from outside. It has everything loaded before the order comes, so that one can
 * be kept at hand.
 */
process.once('message', (order: Order) => void obey(order).then(() => process.connected && process.disconnect()))

const stop = new AbortController()
process.once('SIGTERM', () => stop.abort('SIGTERM'))

async function obey(order: Order): Promise<void> {
  let atWork = order.databases.length
  let dying = 0
  const settled = (isDying: boolean) => {
    atWork -= 1
    if (isDying) dying += 1
    if (atWork === 0 && dying > 0) process.kill(process.pid, 'SIGKILL')
  }
  const die = async (database: number, at: string) => {
    await say({ type: 'ended', database, ending: { type: 'killed', at } })
    settled(true)
    return new Promise<never>(() => undefined)
  }
  await Promise.all(
    order.databases.map(async (one, database) => {
      const ending = await walk(order, one, database, die).catch(failureOf)
      await say({ type: 'ended', database, ending })
      settled(false)
    }),
  )
}

async function walk(
  { directory, to, undo }: Order,
  { url, dieAt }: Order['databases'][number],
  database: number,
  die: (database: number, at: string) => Promise<never>,
): Promise<Ending> {
  const deaths = new Set(dieAt)
  const interphase = await Interphase.open({
    directory,
    databaseUrl: url,
    signal: stop.signal,
    emit: (event) => void say({ type: 'event', database, event }),
    crash: async (point, migration, statement) => {
      const at = [migration, ...(statement === undefined ? [] : [`statement ${statement}`]), point].join(' ')
      await say({ type: 'passed', database, at })
      if (deaths.has(at)) await die(database, at)
    },
  })
  // The server may need a moment to notice that the process before this one is gone.
  if (undo) return { type: 'done', phases: (await interphase.undo({ confirmed: true, waitMs: 60_000 })).migrations.length }
  const { ran } = await interphase.upgrade({ confirmed: true, waitMs: 60_000, ...(to === undefined ? {} : { to }) })
  return { type: 'done', phases: ran.length }
}

function failureOf(error: unknown): Ending {
  const known = error instanceof InterphaseError ? error : undefined
  const blockers = isError(error, 'statement.lock-timeout') ? error.facts.blockers : []
  return { type: 'failed', code: known?.code ?? 'unknown', exitCode: known?.exitCode ?? 1, message: messageOf(error), blockers }
}

function say(heard: Heard): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(heard, undefined, undefined, () => resolve())
  })
}
