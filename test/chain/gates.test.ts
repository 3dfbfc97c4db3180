import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import { isError } from '../../src/error.ts'
import { GATE_NAMES, type GateName } from '../../src/phase/gate.ts'
import { DAYS_OF_WEEK } from '../../src/phase/time-zone.ts'
import { readPolicies } from '../../src/project/policies.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { closeSessions, makeKey, openTransaction } from '../run/gate-cases.ts'
import { copyOfDatabase } from '../support/copy.ts'
import { exampleProject, ROWS_AFTER } from '../support/example.ts'
import { imageOf } from '../support/image.ts'
import { put, removeProjects } from '../support/project.ts'
import { execute, freshDatabase, onServers, type ServerName, serverUrl } from '../support/servers.ts'

// A day on which no test runs that began today, in any time zone.
const IN_THREE_DAYS = DAYS_OF_WEEK[(new Date().getUTCDay() + 3) % 7] ?? 'sun'

/** The policy of contract in this walk names every gate. */
const OPENS: { readonly [G in GateName]: object } = {
  'earlier-phases-done': {},
  'data-steps-complete': {},
  'quarantine-empty': {},
  'preconditions-hold': {},
  'destruction-confirmed': {},
  'soak': { hours: 1 },
  'fleet': {},
  'window': { zone: 'UTC', from: '00:00', to: '00:00' },
  'freeze': { zone: 'UTC', from: '2001-01-01T00:00', to: '2001-01-02T00:00' },
  'long-transactions': { minutes: 600 },
  'replicas': { seconds: 0.1 },
  'backup': { hours: 24, from: { command: ['cat', 'backup'] } },
  'query': {
    name: 'the jobs',
    sql: 'SELECT count(*) = 0 AS idle FROM widget WHERE id = 99',
    remedy: 'Wait for the jobs',
  },
  'command': { name: 'the pager', command: ['test', '!', '-e', 'incident'], remedy: 'Close the incident' },
  'approvals': { required: 1, from: ['anna'] },
  'unused': {},
}

/** A migrated database of the example chain with its project. */
interface Walk {
  readonly root: string
  readonly url: string
  readonly replica: string
  readonly dialect: DialectName
  readonly key: string
}

/** How a gate is shut while all others are open, how it is opened, and what both say. */
interface GateStep {
  readonly shut: (walk: Walk) => unknown
  readonly open: (walk: Walk) => unknown
  readonly says: RegExp
  readonly remedy: RegExp | undefined
  /** Other parameters of the gate while it is shut. */
  readonly parameters?: object
  /** A gate that would be shut too. The policy does not name it in this step. */
  readonly without?: GateName
}

const sql = ({ url }: Walk, ...statements: readonly string[]) => execute(url, ...statements)
const nothing = () => undefined
const OLD = '2015-01-01T00:00:00.000Z'
const finished = (walk: Walk, at: string) => sql(walk, `UPDATE interphase_migration SET finished_at = '${at}'`)
const pending = (walk: Walk, value: string) => sql(walk, `UPDATE widget SET status_flag = ${value} WHERE id = 6`)

const STEPS: { readonly [G in GateName]: GateStep } = {
  'earlier-phases-done': {
    shut: (walk) =>
      sql(walk, "UPDATE interphase_migration SET project = 'away' WHERE id = '2015.2-liberty/020-merge-widget-status.migrate'"),
    open: (walk) => sql(walk, "UPDATE interphase_migration SET project = 'widgets' WHERE project = 'away'"),
    says: /^migrate of 2015\.2-liberty is not done$/,
    remedy: /interphase status/,
  },
  'data-steps-complete': {
    shut: (walk) => sql(walk, "UPDATE widget_status SET modified_date = '17 Mar 2015' WHERE widget_id = 4"),
    open: (walk) => sql(walk, "UPDATE widget_status SET modified_date = '2015-03-17 00:00:00' WHERE widget_id = 4"),
    says: /^2015\.2-liberty\/010-widget-timestamp\.migrate still has 1 row to change/,
    remedy: /interphase migrate/,
  },
  'quarantine-empty': {
    shut: (walk) => sql(walk, QUARANTINE_TABLE, QUARANTINED_ROW),
    open: (walk) => sql(walk, 'DELETE FROM interphase_quarantine'),
    says: /has 1 row in quarantine$/,
    remedy: /interphase quarantine retry/,
  },
  'preconditions-hold': {
    without: 'data-steps-complete',
    shut: (walk) => pending(walk, 'NULL'),
    open: (walk) => pending(walk, '0'),
    says: /^column widget\.status_flag NOT NULL: 1 row is NULL$/,
    remedy: /^Correct these rows in the database$/,
  },
  'destruction-confirmed': {
    shut: nothing,
    open: nothing,
    says: /^(?:table widget_status|column widget_status\.modified_date)/,
    remedy: undefined,
  },
  'soak': {
    shut: (walk) => finished(walk, new Date().toISOString()),
    open: (walk) => finished(walk, OLD),
    says: /^migrate was done at .*, and the policy .* 1 hours/,
    remedy: /^Run the command again after /,
  },
  'fleet': {
    shut: (walk) => sql(walk, instance(walk, 'old', '2015.1-kilo')),
    open: (walk) => sql(walk, "DELETE FROM interphase_fleet WHERE instance = 'old'"),
    says: /^1 live instance of 2015\.1-kilo, such as here/,
    remedy: /^Stop these instances\./,
  },
  'window': {
    parameters: { from: '01:00', to: '02:00', days: [IN_THREE_DAYS] },
    shut: nothing,
    open: nothing,
    says: /^The window is from /,
    remedy: /^Run the command again in the window/,
  },
  'freeze': {
    parameters: { to: '2999-01-01T00:00' },
    shut: nothing,
    open: nothing,
    says: /^The freeze is from /,
    remedy: /^Run the command again after /,
  },
  'long-transactions': {
    parameters: { minutes: 0 },
    shut: ({ dialect, url }) => openTransaction({ dialect, url }),
    open: closeSessions,
    says: /has a transaction open for 0 minutes$/,
    remedy: /^Wait until these transactions end/,
  },
  'replicas': {
    shut: ({ replica }) => execute(replica, 'UPDATE interphase_project SET epoch = 1'),
    open: ({ replica }) => execute(replica, 'UPDATE interphase_project SET epoch = 1000000'),
    says: /^database\.replicas\[0\] is more than 0\.1 seconds behind$/,
    remedy: /^Wait until the replicas/,
  },
  'backup': {
    shut: ({ root }) => writeFileSync(join(root, 'backup'), '2001-01-01T00:00:00Z'),
    open: ({ root }) => writeFileSync(join(root, 'backup'), new Date().toISOString()),
    says: /^The last backup is of 2001-01-01/,
    remedy: /^Make a backup/,
  },
  'query': {
    shut: (walk) => sql(walk, "INSERT INTO widget (id, name) VALUES (99, 'a job')"),
    open: (walk) => sql(walk, 'DELETE FROM widget WHERE id = 99'),
    says: /^the jobs returns (?:0|false)/,
    remedy: /^Wait for the jobs$/,
  },
  'command': {
    shut: ({ root }) => writeFileSync(join(root, 'incident'), ''),
    open: ({ root }) => rmSync(join(root, 'incident')),
    says: /^the pager ended with exit code 1$/,
    remedy: /^Close the incident$/,
  },
  'approvals': {
    shut: async (walk) => (await engineOf(walk)).decide({ kind: 'revoke', approver: 'anna' }, { phase: 'contract' }),
    open: approve,
    says: /^0 of 1 approvals of plan /,
    remedy: /interphase gate approve --phase contract/,
  },
  'unused': {
    shut: (walk) => sql(walk, "DELETE FROM interphase_note WHERE kind IN ('overridden', 'usage')"),
    open: async (walk) => override(walk),
    says: /cannot be read|contains no usage counts|performance schema is off/,
    remedy: /interphase gate baseline --phase contract/,
  },
}

const QUARANTINE_TABLE = `CREATE TABLE interphase_quarantine (project varchar(100), migration varchar(300), key_digest varchar(64),
  table_name varchar(300), key_columns text, key_values text, problem text, failed_at varchar(30), epoch bigint)`
const QUARANTINED_ROW = `INSERT INTO interphase_quarantine VALUES ('widgets', '2015.2-liberty/010-widget-timestamp.migrate', 'd',
  'widget_status', '["widget_id"]', '["2"]', 'it failed', '2026-01-01T00:00:00.000Z', 1)`

describe('the gates of the example chain', function () {
  this.timeout(120_000)
  after(removeProjects)
  after(closeSessions)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    let template: Walk

    before(async () => {
      template = await migratedExample(server)
    })

    for (const gate of GATE_NAMES) {
      it(`${gate}: contract does nothing while it alone is shut, and runs once it is open`, async () => {
        const step = STEPS[gate]
        const walk = { ...template, url: await copyOfDatabase(server, template.url) }
        if (step.without || step.parameters) await agreeTo(walk, { ...step, gate })
        // An approval is bound to the name of the database.
        else await approve(walk)
        await step.shut(walk)
        const before = await imageOf(walk.dialect, walk.url)
        const confirmed = gate !== 'destruction-confirmed'
        const asked = await (await engineOf(walk)).gate({ phase: 'contract' })
        const entry = asked.gates.find((one) => one.gate === gate)
        const closed = asked.gates.filter(({ state }) => state !== 'open').map((one) => one.gate)
        expect(entry?.evidence.join('\n')).to.match(new RegExp(step.says.source, 'm'))
        if (confirmed) {
          // The rows cannot be counted before the earlier phases are done, so the gates that count them are unseen.
          if (gate === 'earlier-phases-done') expect(closed[0]).to.equal(gate)
          else expect(closed).to.deep.equal([gate])
        }
        expect(asked.exitCode).to.equal(confirmed ? 6 : 0)
        const { exitCode, message, remedy, gates } = await refusalOf(walk, confirmed)
        expect({ exitCode, gates }).to.deep.equal({
          exitCode: 6,
          gates: gate === 'preconditions-hold' || !confirmed ? undefined : ['name' in OPENS[gate] ? OPENS[gate].name : gate],
        })
        expect(message).to.include(entry?.evidence[0]?.replace(/[\d.]+ hours? old.*/, '').slice(0, 30))
        if (step.remedy) expect(entry?.remedy).to.match(step.remedy)
        if (step.remedy) expect(`${message}\n${remedy}`).to.match(new RegExp(step.remedy.source.replace(/^\^|\$$/g, '')))
        expect(await imageOf(walk.dialect, walk.url)).to.deep.equal(before)
        await step.open(walk)
        if (step.without || step.parameters) await agreeTo(walk)
        const open = await (await engineOf(walk)).gate({ phase: 'contract' })
        expect({ exitCode: open.exitCode, closed: open.gates.filter(({ state }) => state !== 'open') }).to.deep.equal({
          exitCode: 0,
          closed: [],
        })
        await (await engineOf(walk)).upgrade({ only: 'contract', confirmed: true })
        expect((await imageOf(walk.dialect, walk.url)).rows).not.to.have.property('widget_status')
      })
    }
  })
})

/** Runs the chain up to migrate of the second release. Everything that the policy of contract asks for is there. */
async function migratedExample(server: ServerName): Promise<Walk> {
  const dialect = server as DialectName
  const shadow = (await serverUrl(server)) ?? ''
  const root = await exampleProject(dialect, shadow)
  const [url, replica] = [await freshDatabase(server), await freshDatabase(server)]
  await execute(
    replica,
    'CREATE TABLE interphase_project (project varchar(50), epoch bigint)',
    "INSERT INTO interphase_project VALUES ('widgets', 1000000)",
  )
  put(root, {
    'interphase.config.json': JSON.stringify({
      project: 'widgets',
      dialects: [dialect],
      phases: 'phases',
      database: { replicas: [replica] },
    }),
    'backup': new Date().toISOString(),
  })
  const walk = { root, url, replica, dialect, key: await makeKey({ root }, 'anna') }
  putPolicy(root)
  const engine = await engineOf(walk)
  await engine.upgrade({ to: '2015.1-kilo', confirmed: true })
  await execute(url, ...(ROWS_AFTER['2015.1-kilo'] ?? []))
  await engine.upgrade({ phase: 'migrate', confirmed: true })
  await execute(url, instance(walk, 'new', '2015.2-liberty'))
  await finished(walk, OLD)
  await override(walk)
  return walk
}

/** Writes the policy of contract, and lets anna approve the plan and override the gate whose statistics no test server has. */
async function agreeTo(walk: Walk, step?: Pick<GateStep, 'parameters' | 'without'> & { readonly gate: GateName }): Promise<void> {
  putPolicy(walk.root, step)
  await approve(walk)
  await override(walk)
}

function putPolicy(root: string, step?: Pick<GateStep, 'parameters' | 'without'> & { readonly gate: GateName }): void {
  const { expand, migrate, contract } = readPolicies()
  const opens = GATE_NAMES.filter((gate) => gate !== step?.without).map((gate) => ({
    gate,
    ...OPENS[gate],
    ...(step?.gate === gate && step.parameters),
  }))
  const policies = { expand, migrate, contract: { ...contract, opens } }
  put(root, Object.fromEntries(Object.entries(policies).map(([phase, policy]) => [`phases/${phase}.json`, JSON.stringify(policy)])))
}

async function approve(walk: Walk): Promise<void> {
  await (await engineOf(walk)).decide({ kind: 'approve', approver: 'anna', key: walk.key }, { phase: 'contract' })
}

async function override(walk: Walk): Promise<void> {
  await (await engineOf(walk)).decide({ kind: 'override', gate: 'unused', name: 'anna', because: 'no statistics' }, { phase: 'contract' })
}

function engineOf({ root, url }: Walk): Promise<Interphase> {
  return Interphase.open({ directory: root, databaseUrl: url })
}

function instance({ dialect }: Walk, name: string, release: string): string {
  const now = dialect === 'postgres' ? 'floor(extract(epoch FROM clock_timestamp()))' : 'UNIX_TIMESTAMP()'
  return `INSERT INTO interphase_fleet (project, instance, release_name, host, joined_at, seen_at, lease_seconds) VALUES ('widgets', '${name}', '${release}', 'here', ${now}, ${now}, 6000)`
}

async function refusalOf(walk: Walk, confirmed: boolean) {
  try {
    await (await engineOf(walk)).upgrade({ only: 'contract', confirmed })
  } catch (error) {
    if (isError(error, 'phase.held') || isError(error, 'phase.preconditions') || isError(error, 'phase.unconfirmed')) {
      const gates = isError(error, 'phase.held') ? error.facts.gates : undefined
      return { exitCode: error.exitCode, message: error.message, remedy: error.remedy, gates }
    }
    throw error
  }
  return expect.fail('contract ran')
}
