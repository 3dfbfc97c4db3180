/** The environment variables in which CI services store the address of the running job. */
const ADDRESSES = ['CI_JOB_URL', 'BUILDKITE_BUILD_URL', 'CIRCLE_BUILD_URL', 'BUILD_URL'] as const

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Returns the address of the CI job that runs the Node process, from the environment variables of the known CI services. Returns
 * undefined if no such variable is set.
 */
export function findCiJobUrl(environment: Environment): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = environment
  if (server && repository && run) return `${server}/${repository}/actions/runs/${run}`
  return ADDRESSES.map((name) => environment[name]).find((address) => address !== undefined && address !== '')
}
