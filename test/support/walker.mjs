// JavaScript, and the engine as it is built: hundreds of these processes are started, and a loader would take most of their time.
import { argv } from 'node:process'
import { pathToFileURL } from 'node:url'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'

const [, , library] = argv
const { Interphase, InterphaseError, isError } = await import(pathToFileURL(library).href)

/**
 * A process that walks a project's chain on one database or on several at once, and can be killed: by itself, once each of
 * them is at a point where it is to die, or from outside. It has everything loaded before the order comes, so that one can
 * be kept at hand. `walk.ts` describes the messages.
 */
process.once('message', (order) => void obey(order).then(() => process.connected && process.disconnect()))

const stop = new AbortController()
process.once('SIGTERM', () => stop.abort('SIGTERM'))

/** @param {import('./walk.ts').Order} order */
async function obey(order) {
  let atWork = order.databases.length
  let dying = 0
  let freezing = 0
  let thaw = () => {}
  const thawed = new Promise((resolve) => {
    thaw = resolve
  })
  const settled = (isDying) => {
    atWork -= 1
    if (isDying) dying += 1
    if (atWork === 0 && dying > 0) process.kill(process.pid, 'SIGKILL')
  }
  const freeze = () => {
    freezing += 1
    if (freezing === atWork) {
      // It goes on here when somebody sends SIGCONT.
      process.kill(process.pid, 'SIGSTOP')
      thaw()
    }
    return thawed
  }
  const die = async (database, at) => {
    await say({ type: 'ended', database, ending: { type: 'killed', at } })
    settled(true)
    return new Promise(() => undefined)
  }
  await Promise.all(
    order.databases.map(async (one, database) => {
      const disturbed = []
      const ending = await walk(order, one, database, { die, freeze }, disturbed).catch(failureOf)
      await say({ type: 'ended', database, ending: disturbed.length > 0 ? { ...ending, disturbed } : ending })
      settled(false)
    }),
  )
}

async function walk({ directory, to, undo }, { url, dieAt, freezeAt, stopAt, cutAt }, database, { die, freeze }, disturbed) {
  const [deaths, freezes, stops, cuts] = [new Set(dieAt), new Set(freezeAt), new Set(stopAt), new Set(cutAt)]
  const own = new AbortController()
  const interphase = await Interphase.open({
    directory,
    databaseUrl: url,
    signal: AbortSignal.any([stop.signal, own.signal]),
    emit: (event) => void say({ type: 'event', database, event }),
    crash: async (point, migration, statement) => {
      const at = [migration, ...(statement === undefined ? [] : [`statement ${statement}`]), point].join(' ')
      await say({ type: 'passed', database, at })
      if (deaths.has(at)) await die(database, at)
      if (freezes.has(at)) await freeze()
      if (stops.has(at) || cuts.has(at)) disturbed.push(at)
      if (stops.has(at)) own.abort('SIGTERM')
      if (cuts.has(at)) await cut(url)
    },
  })
  // The server may need a moment to notice that the process before this one is gone.
  if (undo) return { type: 'done', phases: (await interphase.undo({ confirmed: true, waitMs: 60_000 })).migrations.length }
  const { ran } = await interphase.upgrade({ confirmed: true, waitMs: 60_000, ...(to === undefined ? {} : { to }) })
  return { type: 'done', phases: ran.length }
}

/** Ends the connection that the ledger names as the one of the run, and waits until it is gone. */
async function cut(url) {
  const { query, close } = await connected(url)
  const [row] = await query('SELECT backend FROM interphase_project')
  const id = Number(String(row?.backend).split('/')[0])
  const [end, isThere] = url.startsWith('postgres')
    ? [`SELECT pg_terminate_backend(${id})`, `SELECT 1 FROM pg_stat_activity WHERE pid = ${id}`]
    : [`KILL ${id}`, `SELECT 1 FROM information_schema.processlist WHERE id = ${id}`]
  await query(end)
  for (const until = Date.now() + 20_000; (await query(isThere)).length > 0 && Date.now() < until; );
  await close()
}

async function connected(url) {
  if (url.startsWith('postgres')) {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    return { query: async (text) => (await client.query(text)).rows, close: () => client.end() }
  }
  const connection = await createConnection(url.replace(/^mariadb:/, 'mysql:'))
  return { query: async (text) => (await connection.query(text))[0], close: () => connection.end() }
}

function failureOf(error) {
  const known = error instanceof InterphaseError ? error : undefined
  const blockers = isError(error, 'statement.lock-timeout') ? error.facts.blockers : []
  return { type: 'failed', code: known?.code ?? 'unknown', exitCode: known?.exitCode ?? 1, message: String(error), blockers }
}

function say(heard) {
  return new Promise((resolve) => {
    process.send?.(heard, undefined, undefined, () => resolve())
  })
}
