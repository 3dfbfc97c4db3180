import type { AdoptionResult } from '../../adopt/adopt.ts'
import { formatCount, formatNeighbours } from '../layout/text.ts'

/** The names that `--ignore` gave, and the configuration file that now contains them. `file` is absent if only its author can change it. */
export interface IgnoreSetting {
  readonly ignore: readonly string[]
  readonly file: string | undefined
}

/** The text that `interphase adopt` prints. */
export function formatAdoption(adopted: AdoptionResult, setting?: IgnoreSetting): string {
  return [describeAdoption(adopted), ...settingLines(setting), 'Next command: interphase status'].join('\n')
}

/** The point at which the database is, and everything else that the comparison found. */
export function describeAdoption({ through, done, equal, differences, neighbours, base }: AdoptionResult): string {
  const others = equal.filter((id) => id !== through)
  return [
    `The database is at ${through}; ${formatCount(done.length, 'migration')} ${done.length === 1 ? 'counts' : 'count'} as done.`,
    ...(base === undefined ? [] : [`It has the schema of the base ${base}, or came from it.`]),
    ...(others.length > 0 ? [`The recorded states after these migrations are equal to it: ${others.join(', ')}.`] : []),
    ...(differences.length > 0 ? ['The schema differs, and the ledger keeps the reason:', ...differences.map((line) => `  ${line}`)] : []),
    ...(neighbours.length > 0 ? [`Other objects, which interphase does not touch: ${formatNeighbours(neighbours)}.`] : []),
  ].join('\n')
}

function settingLines(setting: IgnoreSetting | undefined): readonly string[] {
  if (!setting) return []
  const { ignore, file } = setting
  if (file !== undefined) return [`The setting \`ignore\` in ${file} now contains: ${ignore.join(', ')}.`]
  return [`Add to the setting \`ignore\` of the configuration, before the next run: ${JSON.stringify(ignore)}`]
}
