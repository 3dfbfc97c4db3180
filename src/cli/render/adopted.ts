import type { AdoptionResult } from '../../adopt/adopt.ts'
import { formatCountWithNoun, formatNeighbourObjects } from '../layout/text.ts'

/**
 * The names that the user passed with the option `--ignore`, and the configuration file to which the command added the names.
 * `file` is absent if the configuration is not JSON, because the command does not change such a configuration.
 */
export interface IgnoredNamesWithConfigFile {
  readonly ignore: readonly string[]
  readonly file: string | undefined
}

/** Returns the text that `interphase adopt` prints. */
export function formatAdoption(adopted: AdoptionResult, setting?: IgnoredNamesWithConfigFile): string {
  return [describeAdoption(adopted), ...settingLines(setting), 'Next command: interphase status'].join('\n')
}

/**
 * Returns the lines about an adopted database: its point in the chain, its base, its differences and the objects of other
 * applications.
 */
export function describeAdoption({ through, done, equal, differences, neighbours, base }: AdoptionResult): string {
  const others = equal.filter((id) => id !== through)
  return [
    `The database is at ${through}; ${formatCountWithNoun(done.length, 'migration')} ${done.length === 1 ? 'counts' : 'count'} as done.`,
    ...(base === undefined ? [] : [`The database has the schema of the base ${base}, or the bridge of this base ran in the database.`]),
    ...(others.length > 0 ? [`The live schema also equals the recorded states after these migrations: ${others.join(', ')}.`] : []),
    ...(differences.length > 0
      ? ['The live schema has these differences, and the ledger contains the reason:', ...differences.map((line) => `  ${line}`)]
      : []),
    ...(neighbours.length > 0
      ? [`Objects outside the project, which interphase does not change: ${formatNeighbourObjects(neighbours)}.`]
      : []),
  ].join('\n')
}

function settingLines(setting: IgnoredNamesWithConfigFile | undefined): readonly string[] {
  if (!setting) return []
  const { ignore, file } = setting
  if (file !== undefined) return [`The setting \`ignore\` in ${file} now contains: ${ignore.join(', ')}.`]
  return [`Add to the setting \`ignore\` of the configuration, before the next run: ${JSON.stringify(ignore)}`]
}
