import { type Connection, connect } from './database.ts'
import type { Traffic } from './traffic.ts'
import { widgetsOf } from './versions.ts'
import { plural } from './walk.ts'

/** Looks whether whatever the versions have written is there, as the newest of them reads it. Throws where it is not. */
export async function nothingIsLost(url: string, newest: string, traffic: Traffic): Promise<string> {
  const connection = await connect(url, 'widgets, the last look')
  try {
    return await everyWidget(connection, newest, traffic)
  } finally {
    await connection.close()
  }
}

async function everyWidget({ query }: Connection, newest: string, traffic: Traffic): Promise<string> {
  const all = await widgetsOf(newest, query).list()
  for (const { release, rounds } of traffic.tallies()) {
    // Each round of a version adds one widget, names it after itself and sets its status to 2.
    const found = all.filter(({ name, status }) => name.startsWith(`${release} `) && status === 2).length
    if (found !== rounds) throw new Error(`${release} added ${plural(rounds, 'widget')}, and ${found} of them are there`)
  }
  const added = traffic.tallies().reduce((sum, { rounds }) => sum + rounds, 0)
  return `All ${added} widgets that they added are there, each with the status it was given.`
}

/** What the demo has shown, in sentences. */
export function conclusion(migrations: number, releases: number, traffic: Traffic, lost: string, ms: number): string {
  const tallies = traffic.tallies()
  const writes = tallies.reduce((sum, tally) => sum + tally.writes, 0)
  const width = Math.max(...tallies.map(({ release }) => release.length))
  return [
    'What this has shown',
    '',
    `- ${migrations} migrations of ${releases} releases ran on a real PostgreSQL, release by release and phase by phase.`,
    `- Meanwhile ${tallies.length} versions of the application were in use, the old one and the new one side by side from the end of`,
    '  each expand to the start of its contract. They worked before, during and after every phase, read back whatever they',
    `  wrote, and not one of their statements failed. ${writes} writes:`,
    ...tallies.map(
      ({ release, rounds, writes }) => `    ${release.padEnd(width)}  ${plural(writes, 'write')} in ${plural(rounds, 'round')}`,
    ),
    `- ${lost}`,
    '- Before and after each migration the schema was what `interphase record` had recorded for that point. At the end',
    '  `status --check` compared the whole of it once more, and ended with 0: as planned, and nothing left to do.',
    '',
    `It took ${(ms / 1000).toFixed(0)} s. The server is stopped; its data are in .interphase/demo, which may be deleted.`,
  ].join('\n')
}
