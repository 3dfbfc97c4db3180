import { argv } from 'node:process'
import { pathToFileURL } from 'node:url'

/** Builds from a snapshot, and kills its own process after a number of statements. */
const [, , library, directory, databaseUrl, killAt] = argv
const { Interphase } = await import(pathToFileURL(library).href)
let sent = 0
const crash = (point) => {
  if (point === 'after statement' && ++sent === Number(killAt)) process.kill(process.pid, 'SIGKILL')
}
await (await Interphase.open({ directory, databaseUrl, crash })).buildFromSnapshot({ rows: true })
