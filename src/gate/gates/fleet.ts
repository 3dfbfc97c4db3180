import type { ApplicationSession, ApplicationSessionsReading } from '../../dialect/fleet.ts'
import type { LiveInstancesOfRelease } from '../../ledger/fleet.ts'
import type { GateAnswer, GateWithParametersOf } from '../gate.ts'

/**
 * The gate `fleet` is shut in three cases. First, an instance of an older release is live in the fleet. Second, a session has the
 * name of the application, but this name contains neither the present release nor a later release. Third, one of the database
 * users `users` has a session. The gate is unseen if the sessions cannot be read. The gate is also unseen if no instance is
 * known, because the application possibly does not report its instances. Otherwise the gate is open.
 */
export const fleetGate: GateWithParametersOf<'fleet'> = {
  reads: 'database',
  // The gate `fleet` is evaluated only at the start of a phase. When an interrupted phase continues, the database no longer
  // supports older code anyway.
  askedAt: 'start',
  refusal: 'phase.held',
  overridable: true,
  askedAfterNote: true,
  ask: async ({ fleet, releasesFromHere }, { application, users }) => {
    const live = await fleet.live()
    const named = application === undefined ? [] : await fleet.sessionsOf(application)
    const ofUsers = users === undefined ? [] : await fleet.sessionsOfUsers(users)
    for (const found of [named, ofUsers]) if (isUnseen(found)) return { state: 'unseen', evidence: [found.unseen], remedy: found.remedy }
    const sessions = (isUnseen(named) ? [] : named).map((one) => ({ ...one, release: releaseOf(one, application ?? '', releasesFromHere) }))
    const old = live.filter(({ release }) => !releasesFromHere.includes(release))
    const oldSessions = [...sessions.filter(({ release }) => release === undefined), ...(isUnseen(ofUsers) ? [] : ofUsers)]
    if (old.length + oldSessions.length > 0) return shutBy(old, oldSessions)
    return live.length + sessions.length > 0 ? { state: 'open', evidence: [] } : nobodySeen(releasesFromHere[0] ?? '')
  },
}

function isUnseen(found: ApplicationSessionsReading): found is Extract<ApplicationSessionsReading, { readonly unseen: string }> {
  return 'unseen' in found
}

// The length in bytes to which PostgreSQL shortens the name of a session. The release at the end of the name can therefore be
// incomplete.
const LONGEST_NAME_BYTES = 63

/**
 * Returns the release in the name of a session, such as `shop/2015.2-liberty`. Returns undefined if the name contains none of the
 * given releases.
 */
function releaseOf({ name }: ApplicationSession, application: string, releases: readonly string[]): string | undefined {
  return releases.find((release) => {
    const whole = `${application}/${release}`
    return (
      name === whole ||
      (Buffer.byteLength(whole) > LONGEST_NAME_BYTES && name === Buffer.from(whole).toString('utf8', 0, LONGEST_NAME_BYTES))
    )
  })
}

function shutBy(old: readonly LiveInstancesOfRelease[], sessions: readonly ApplicationSession[]): GateAnswer {
  const joined = old.map(({ release, count, host, secondsSinceLastHeartbeat: age }) => {
    return `${count} live ${count === 1 ? 'instance' : 'instances'} of ${release}, such as ${host}: the last heartbeat was ${age} s ago`
  })
  const seconds = Math.max(...old.map(({ secondsToLeaseEnd }) => secondsToLeaseEnd))
  const lease = old.length === 0 ? '' : ` A crashed instance is removed when its lease ends, in ${seconds} s at the latest.`
  return {
    state: 'shut',
    evidence: [...joined, ...groupsOf(sessions)],
    remedy: `Stop these instances.${lease} To list all instances, run: interphase fleet`,
  }
}

/**
 * Returns one line for each name and user of the sessions, such as `2 sessions of shop/2015.1-kilo (user app), from 10.0.0.7`.
 */
function groupsOf(sessions: readonly ApplicationSession[]): readonly string[] {
  const groups = new Map<string, ApplicationSession[]>()
  for (const one of sessions) {
    const key = one.name === '' ? `user ${one.user}` : `${one.name} (user ${one.user})`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups].map(([key, found]) => {
    const hosts = [...new Set(found.map(({ from }) => from.replace(/:\d+$/, '')))]
    return `${found.length} ${found.length === 1 ? 'session' : 'sessions'} of ${key}, from ${hosts.join(', ')}`
  })
}

function nobodySeen(release: string): GateAnswer {
  return {
    state: 'unseen',
    evidence: [`no instance of ${release} or a later release is known, so the application possibly does not report its instances`],
    remedy: `Start an instance of ${release} that joins the fleet. If the application does not join, remove the gate "fleet" from the policy`,
  }
}
