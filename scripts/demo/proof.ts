import { type Connection, connect } from './database.ts'
import type { Traffic } from './traffic.ts'
import { widgetsOf } from './versions.ts'
import { plural } from './walk.ts'

/** Checks with the newest version that every widget of every version exists. Throws if one is missing. */
export async function nothingIsLost(url: string, newest: string, traffic: Traffic): Promise<string> {
  const connection = await connect(url, 'widgets, final check')
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
    if (found !== rounds) throw new Error(`${release} added ${plural(rounds, 'widget')}, but only ${found} of them exist`)
  }
  const added = traffic.tallies().reduce((sum, { rounds }) => sum + rounds, 0)
  return `All ${added} widgets that they added exist, each with the status that its version set.`
}

/** The result of the demo, in sentences. */
export function conclusion(migrations: number, releases: number, traffic: Traffic, lost: string, ms: number): string {
  const tallies = traffic.tallies()
  const writes = tallies.reduce((sum, tally) => sum + tally.writes, 0)
  const width = Math.max(...tallies.map(({ release }) => release.length))
  return [
    'Result of the demo',
    '',
    `- ${migrations} migrations of ${releases} releases ran on a real PostgreSQL server, release by release and phase by phase.`,
    `- ${tallies.length} versions of the application wrote while the migrations ran. From the end of each expand to the start of its contract, the`,
    '  old version and the new version ran side by side. Each version read back what it wrote, and none of its statements failed.',
    `  ${writes} writes:`,
    ...tallies.map(
      ({ release, rounds, writes }) => `    ${release.padEnd(width)}  ${plural(writes, 'write')} in ${plural(rounds, 'round')}`,
    ),
    `- ${lost}`,
    '- Before and after each migration, the schema was equal to the schema that `interphase record` had recorded for that point.',
    '  At the end, `status --check` compared the whole schema again and returned 0: every release is contracted.',
    '',
    `It took ${(ms / 1000).toFixed(0)} s. The server has stopped. Its data is in .interphase/demo, and you can delete that directory.`,
  ].join('\n')
}
