import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { errorMessageOf, InterphaseError } from '../error.ts'
import { isPhaseName, type PhaseName } from '../phase/phase.ts'
import { type PhasePolicy, type PoliciesByPhase, parsePolicy } from '../phase/policy.ts'
import { addDefaultLoadSignalLimits, LOAD_SIGNAL_NAMES } from '../phase/throttle.ts'
import { PACKAGE_ROOT } from '../version.ts'
import { readTextFile } from './text.ts'

/** The directory of the policies that the package contains. */
export const SHIPPED_POLICIES_DIRECTORY = join(PACKAGE_ROOT, 'phases')

/**
 * Reads the policies of a project: one file `<phase>.json` for each phase. Throws `policy.invalid` for an invalid policy, and for
 * any JSON file except a policy and the schema of the policies.
 */
export function readPolicies(directory: string = SHIPPED_POLICIES_DIRECTORY): PoliciesByPhase {
  refuseStray(directory)
  const read = (phase: PhaseName) => readPolicy(join(directory, `${phase}.json`), phase)
  return { expand: read('expand'), migrate: withAllLimits(read('migrate')), contract: read('contract') }
}

/**
 * Adds the default limit of each load signal for which the policy contains no limit. Without the default limits, an older policy
 * would not limit the load signals that a newer version of interphase has added.
 */
function withAllLimits(policy: PhasePolicy): PhasePolicy {
  if (LOAD_SIGNAL_NAMES.every((signal) => policy.throttle?.signals[signal])) return policy
  const shipped = readPolicy(join(SHIPPED_POLICIES_DIRECTORY, 'migrate.json'), 'migrate').throttle
  return shipped ? { ...policy, throttle: addDefaultLoadSignalLimits(policy.throttle, shipped) } : policy
}

function readPolicy(file: string, phase: string): PhasePolicy {
  const refuse = (problem: string, cause?: unknown) =>
    new InterphaseError('policy.invalid', { file, problem: existsSync(file) ? problem : missingPolicy(phase) }, { cause })
  const policy = parsePolicy(file, readTextFile(file, refuse))
  if (policy.phase !== phase) throw refuse(`phase: "${policy.phase}", but the file name says ${phase}`)
  return policy
}

function missingPolicy(phase: string): string {
  return `the file does not exist. Copy ${join(SHIPPED_POLICIES_DIRECTORY, `${phase}.json`)} to it`
}

function refuseStray(directory: string): void {
  for (const name of namesIn(directory)) {
    const [stem, ...rest] = name.split('.')
    if (rest.at(-1) !== 'json' || name === 'policy.schema.json' || (stem && isPhaseName(stem) && rest.length === 1)) continue
    throw new InterphaseError('policy.invalid', { file: join(directory, name), problem: 'the file name is not the name of a phase' })
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    throw new InterphaseError('policy.invalid', { file: directory, problem: errorMessageOf(error) }, { cause: error })
  }
}
