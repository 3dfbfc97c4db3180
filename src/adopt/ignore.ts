import { writeFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { errorMessageOf, InterphaseError } from '../error.ts'
import { readTextFile } from '../project/text.ts'
import { possibleGroupKeysOfIgnoredNames } from '../schema/neighbour.ts'
import type { SchemaState } from '../schema/state.ts'
import { parseJsonText } from '../shape.ts'
import type { ObjectsOfChain } from './known-points.ts'

/**
 * Throws a `usage` error for a name that the setting `ignore` must not contain. If a release creates an object with this name, the
 * setting would hide the differences of the object. If the database contains no object with this name, the name is probably a
 * mistake.
 */
export function refuseNamesThatCannotBeIgnored(names: readonly string[], live: SchemaState, made: ObjectsOfChain): void {
  for (const name of names) {
    const groups = [...possibleGroupKeysOfIgnoredNames([name])]
    const own = groups.find(([key]) => made.groups.has(key))
    if (own) throw refusal(`--ignore ${name}: a release of the project creates the ${own[1]}`, 'Leave out this option')
    const isThere = [...live.groups.keys()].some((key) => groups.some(([known]) => key === known || key.startsWith(`${known}(`)))
    if (!isThere)
      throw refusal(
        `--ignore ${name}: the database has no object of this name`,
        'Copy the name from the differences that interphase adopt prints',
      )
  }
}

function refusal(problem: string, remedy: string): InterphaseError {
  return new InterphaseError('usage', { problem, try: remedy })
}

/**
 * Adds names to the setting `ignore` of a configuration file in JSON. Returns the path of the file. Returns undefined for a
 * configuration in TypeScript or JavaScript, which the function does not change.
 */
export function addNamesToIgnoreSetting(file: string, names: readonly string[]): string | undefined {
  if (extname(file) !== '.json') return undefined
  const refuse = (problem: string, cause?: unknown) => new InterphaseError('config.invalid', { file, problem }, { cause })
  const config = parseJsonText(readTextFile(file, refuse), refuse)
  if (typeof config !== 'object' || config === null) return undefined
  const before: unknown = Reflect.get(config, 'ignore')
  const ignore = [...new Set([...(Array.isArray(before) ? before.map(String) : []), ...names])]
  try {
    writeFileSync(file, `${JSON.stringify({ ...config, ignore }, null, 2)}\n`)
  } catch (error) {
    throw refuse(`the setting ignore could not be written: ${errorMessageOf(error)}`, error)
  }
  return basename(file)
}
