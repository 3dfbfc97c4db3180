/**
 * Returns the SQL text with spaces instead of the psql command at a position, if the command has no effect on a migration.
 * Returns undefined for a psql command with an effect. All positions in the text stay the same.
 */
export function blankPsqlCommandWithoutEffect(text: string, at: number): string | undefined {
  const [line = ''] = /^\\[^\n]*/.exec(text.slice(at)) ?? []
  return line !== '' && isIdle(line, text) ? `${text.slice(0, at)}${' '.repeat(line.length)}${text.slice(at + line.length)}` : undefined
}

function isIdle(line: string, text: string): boolean {
  if (DISPLAYS.test(line)) return true
  const [, name = '', value = ''] = /^\\set\s+(\w+)\s*(.*?)\s*$/.exec(line) ?? []
  if (name === '') return false
  return name === 'ON_ERROR_STOP' ? STOPS.test(value) : !new RegExp(`(?<!:):(?:['"{?]*)${name}\\b`).test(text)
}

// Matches the psql commands that change only the output of psql, such as `\echo`.
const DISPLAYS = /^\\(?:echo|qecho|warn|timing|pset|x|encoding\s+'?(?:utf-?8|unicode)'?\s*$)(?:\s|$)/i

// Matches the values of ON_ERROR_STOP with which psql stops at the first error. The engine also stops at the first error, so such
// a command is unnecessary.
const STOPS = /^(?:|1|on|true|yes)$/i

/** Returns true for the psql command after which psql would continue after an error. */
export function isPsqlContinueAfterErrorsCommand(line: string): boolean {
  return /^\\(?:unset\s+ON_ERROR_STOP\b|set\s+ON_ERROR_STOP\s)/.test(line)
}
