import { execFile } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DatabaseSession } from '../../src/dialect/dialect.ts'
import { sql } from '../../src/dialect/sql.ts'
import { loadDialect } from '../../src/dialects/open.ts'
import type { GateName } from '../../src/phase/gate.ts'
import type { PhaseName } from '../../src/phase/phase.ts'
import { DAYS_OF_WEEK } from '../../src/phase/time-zone.ts'
import { readPolicies } from '../../src/project/policies.ts'
import { type ChainOnServer, type Files, preparedOn, recordedOn } from '../support/chain.ts'
import { execute, freshDatabase, type ServerName } from '../support/servers.ts'

/** A database in which one gate before contract is shut. */
export interface GateCase {
  /** Brings the database there. */
  readonly reach: (chain: ChainOnServer) => Promise<unknown>
  /** True if `reach` begins with an empty database. Otherwise `reach` begins after migrate of r2. */
  readonly fromEmpty?: true
  readonly confirmed: boolean
  /** True if the engine asks it also where no policy names it. */
  readonly always?: true
  /** The values with which a policy names it. */
  readonly parameters?: object
  /** The error of the run, and what it names. */
  readonly code: string
  readonly evidence: readonly string[]
  /** What `status` says meanwhile. */
  readonly status: { readonly phase: PhaseName; readonly exitCode: number; readonly held: readonly string[] }
  readonly open: (chain: ChainOnServer) => Promise<unknown>
}

const STOP_OLD =
  'Stop these instances. A crashed instance is removed when its lease ends, in N s at the latest. To list all instances, run: interphase fleet'
// A day on which no test runs that began today, in any time zone.
const IN_THREE_DAYS = DAYS_OF_WEEK[(new Date().getUTCDay() + 3) % 7] ?? 'sun'

const FRESH_ROW = "INSERT INTO item (id, name, price) VALUES (2, 'fresh', 0)"

/** The case of a gate about something besides the rows: the policy shuts it by its parameters, and opens it by others. */
function outsideCase(parameters: object, evidence: readonly string[], opened: object): GateCase {
  return {
    reach: (chain) => chain.sql(FRESH_ROW),
    confirmed: true,
    parameters,
    code: 'phase.held',
    evidence,
    status: { phase: 'contract', exitCode: 6, held: evidence },
    open: async (chain) => chain.put(opensAlone([opened])),
  }
}

/** The table as the ledger has it. The engine creates it only for a data step that may use it. */
const QUARANTINE_TABLE = `CREATE TABLE interphase_quarantine (project varchar(100), migration varchar(300), key_digest varchar(64),
  table_name varchar(300), key_columns text, key_values text, problem text, failed_at varchar(30), epoch bigint)`

const QUARANTINED_ROW = `INSERT INTO interphase_quarantine
  VALUES ('shop', 'r2/010-price.migrate', 'd', 'item', '["id"]', '["2"]', 'it failed', '2026-01-01T00:00:00.000Z', 1)`

const QUARANTINE_EVIDENCE = [
  'r2/010-price.migrate has 1 row in quarantine',
  'To list the rows, run: interphase quarantine list. Correct these rows in the database. Then run: interphase quarantine retry',
]

/** Total over the gates that the code knows: a new gate does not compile without a case. */
export const GATE_CASES: { readonly [G in GateName]: GateCase } = {
  'earlier-phases-done': {
    fromEmpty: true,
    reach: (chain) => chain.up({ to: 'r1' }),
    confirmed: true,
    code: 'phase.held',
    evidence: ['expand of r2 is not done', 'migrate of r2 is not done', 'To print the next command, run: interphase status'],
    status: { phase: 'expand', exitCode: 3, held: [] },
    open: (chain) => chain.up({ phase: 'migrate' }),
  },
  'data-steps-complete': {
    reach: (chain) => chain.sql("INSERT INTO item (id, name) VALUES (2, 'late')"),
    confirmed: true,
    code: 'phase.held',
    evidence: [
      'r2/010-price.migrate still has 1 row to change, according to its pending query',
      'Change these rows by hand. If the data step can run twice without harm, run instead: interphase migrate --again r2/010-price.migrate',
    ],
    // The data step is next again.
    status: { phase: 'migrate', exitCode: 8, held: [] },
    open: (chain) => chain.sql('UPDATE item SET price = 7 WHERE id = 2'),
  },
  'quarantine-empty': {
    always: true,
    reach: async (chain) => {
      await chain.sql("INSERT INTO item (id, name, price) VALUES (2, 'kept', 0)")
      await chain.sql(QUARANTINE_TABLE, QUARANTINED_ROW)
    },
    confirmed: true,
    code: 'phase.held',
    evidence: QUARANTINE_EVIDENCE,
    status: { phase: 'contract', exitCode: 6, held: QUARANTINE_EVIDENCE },
    open: (chain) => chain.sql('DELETE FROM interphase_quarantine'),
  },
  'preconditions-hold': {
    reach: (chain) => chain.sql('INSERT INTO item (id, price) VALUES (2, 0)'),
    confirmed: true,
    code: 'phase.preconditions',
    evidence: ['column item.name NOT NULL: 1 row is NULL'],
    status: { phase: 'contract', exitCode: 6, held: ['column item.name NOT NULL: 1 row is NULL', 'Correct these rows in the database'] },
    open: (chain) => chain.sql("UPDATE item SET name = 'mended' WHERE id = 2"),
  },
  'soak': {
    reach: (chain) => chain.sql("INSERT INTO item (id, name, price) VALUES (2, 'fresh', 0)"),
    confirmed: true,
    parameters: { hours: 48 },
    code: 'phase.held',
    evidence: [
      'migrate was done at TIME, and the policy requires 48 hours before the next phase, until TIME',
      'Run the command again after TIME',
    ],
    status: {
      phase: 'contract',
      exitCode: 6,
      held: [
        'migrate was done at TIME, and the policy requires 48 hours before the next phase, until TIME',
        'Run the command again after TIME',
      ],
    },
    // A millisecond, which is over.
    open: async (chain) => chain.put(opensAlone([{ gate: 'soak', hours: 1 / 3_600_000 }])),
  },
  'fleet': {
    reach: async (chain) => {
      await chain.sql("INSERT INTO item (id, name, price) VALUES (2, 'seen', 0)")
      await beat(chain, 'r1')
    },
    confirmed: true,
    code: 'phase.held',
    evidence: ['1 live instance of r1, such as here: the last heartbeat was N s ago', STOP_OLD],
    status: { phase: 'contract', exitCode: 6, held: ['1 live instance of r1, such as here: the last heartbeat was N s ago', STOP_OLD] },
    open: (chain) => beat(chain, 'r2'),
  },
  'window': outsideCase(
    { zone: 'UTC', from: '01:00', to: '02:00', days: [IN_THREE_DAYS] },
    [
      `The window is from 01:00 to 02:00 on ${IN_THREE_DAYS} in UTC, and the time of the database is TIME`,
      `Run the command again in the window from 01:00 to 02:00 on ${IN_THREE_DAYS} in UTC`,
    ],
    { gate: 'window', zone: 'Asia/Kolkata', from: '00:00', to: '00:00' },
  ),
  'freeze': outsideCase(
    { zone: 'Europe/Berlin', from: '2001-01-01T00:00', to: '2999-01-02T00:00' },
    [
      'The freeze is from TIME to TIME in Europe/Berlin, and the time of the database is TIME',
      'Run the command again after TIME in Europe/Berlin',
    ],
    { gate: 'freeze', zone: 'Europe/Berlin', from: '2001-01-01T00:00', to: '2001-01-02T00:00' },
  ),
  'long-transactions': {
    ...outsideCase(
      { minutes: 0 },
      ['SESSION has a transaction open for 0 minutes', 'Wait until these transactions end, or end their sessions'],
      { gate: 'long-transactions', minutes: 600 },
    ),
    reach: async (chain) => {
      await chain.sql(FRESH_ROW)
      await openTransaction(chain)
    },
  },
  'replicas': {
    ...outsideCase({ seconds: 0.1 }, ['database.replicas[0] is more than 0.1 seconds behind', 'Wait until the replicas have caught up'], {
      gate: 'replicas',
      seconds: 0.1,
    }),
    reach: async (chain) => {
      await chain.sql(FRESH_ROW)
      await addReplica(chain)
    },
    open: (chain) => execute(replicaOf(chain), 'UPDATE interphase_project SET epoch = 1000'),
  },
  'backup': outsideCase(
    { hours: 24, from: { sql: "SELECT '2001-01-01 00:00:00+00'" } },
    ['The last backup is of TIME and is AGE hours old; the policy allows 24 hours', 'Make a backup, and run the command again'],
    { gate: 'backup', hours: 24, from: { command: ['node', '-e', 'console.log(new Date().toISOString())'] } },
  ),
  'query': outsideCase(
    { name: 'the queue of jobs', sql: "SELECT 0 AS done, 'two jobs' AS jobs", remedy: 'Wait for the jobs' },
    ['the queue of jobs returns 0: two jobs', 'Wait for the jobs'],
    { gate: 'query', name: 'the queue of jobs', sql: 'SELECT 1' },
  ),
  'command': outsideCase(
    { name: 'the pager', command: ['node', '-e', 'console.log("incident 7 is open"); process.exit(3)'], remedy: 'Close the incident' },
    ['the pager ended with exit code 3', 'incident 7 is open', 'Close the incident'],
    { gate: 'command', name: 'the pager', command: ['node', '-e', ''] },
  ),
  'approvals': {
    ...outsideCase(
      { required: 1, from: ['anna'] },
      ['0 of 1 approvals of plan PLAN', 'Let anna approve: interphase gate approve --phase contract --as <name> --key <key file>'],
      {},
    ),
    open: async (chain) => {
      const key = await makeKey(chain, 'anna')
      await (await chain.open()).decide({ kind: 'approve', approver: 'anna', key }, { phase: 'contract' })
    },
  },
  'unused': {
    fromEmpty: true,
    // The counts of the server begin with the objects, and a copy has other objects.
    reach: async (chain) => {
      await migrate(chain)
      await chain.sql(FRESH_ROW)
    },
    confirmed: true,
    code: 'phase.held',
    evidence: ['USE'],
    status: { phase: 'contract', exitCode: 6, held: ['USE'] },
    open: async (chain) =>
      (await chain.open()).decide({ kind: 'override', gate: 'unused', name: 'anna', because: 'it is a test' }, { phase: 'contract' }),
  },
  'destruction-confirmed': {
    reach: (chain) => chain.sql("INSERT INTO item (id, name, old, price) VALUES (2, 'kept', 5, 0)"),
    confirmed: false,
    code: 'phase.unconfirmed',
    evidence: ['column item.old (1 value)'],
    // Consent is given with the run.
    status: { phase: 'contract', exitCode: 5, held: [] },
    open: () => Promise.resolve(),
  },
}

/** A heartbeat of the only instance. */
async function beat(chain: ChainOnServer, release: string): Promise<unknown> {
  const now = chain.dialect === 'postgres' ? 'floor(extract(epoch FROM clock_timestamp()))' : 'UNIX_TIMESTAMP()'
  return chain.sql(
    'DELETE FROM interphase_fleet',
    `INSERT INTO interphase_fleet (project, instance, release_name, host, joined_at, seen_at, lease_seconds) VALUES ('shop', 'one', '${release}', 'here', ${now}, ${now}, 600)`,
  )
}

const FILES: Files = {
  ...opensAlone([]),
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int NOT NULL PRIMARY KEY, name varchar(50), old int);',
  'r2/010-price.expand.sql': 'ALTER TABLE item ADD COLUMN price int;',
  'r2/010-price.migrate.sql': 'UPDATE item SET price = 0 WHERE price IS NULL;',
  'r2/010-price.migrate.pending.sql': 'SELECT count(*) FROM item WHERE price IS NULL',
  'r2/015-name.contract.postgres.sql': 'ALTER TABLE item ALTER COLUMN name SET NOT NULL;',
  'r2/015-name.contract.mysql.sql': 'ALTER TABLE item MODIFY name varchar(50) NOT NULL;',
  'r2/020-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
}

/** The gate as a policy names it. The name may be another one with the same parameters. */
export function inPolicy(gate: GateName, name: string = gate): string | object {
  const { parameters } = GATE_CASES[gate]
  return parameters ? { gate: name, ...parameters } : name
}

/** The evidence and the remedies of a server that keeps no statistics of statements, or whose ledger has no counts. */
const USE_UNSEEN =
  /^(?:The use of column item\.old cannot be read: |The ledger contains no usage counts from |the performance schema is off|Add pg_stat_statements |Set performance_schema = ON|To store new counts, run: ).*$/

/** Lines without the times, ages and names of sessions in them. */
export function timeless(lines: readonly string[]): readonly string[] {
  const lasting = lines.map((line) =>
    line
      .replaceAll(/\d{4}-\d\d-\d\d(?:T[\d:.]+Z| \d\d:\d\d)/g, 'TIME')
      .replaceAll(/\b\d+ s\b/g, 'N s')
      .replace(/plan r1:[0-9a-f]+/, 'plan PLAN')
      .replace(/[\d.]+ hours old/, 'AGE hours old')
      .replace(/^(?:session|connection) \d+.*? has a/, 'SESSION has a')
      .replace(USE_UNSEEN, 'USE'),
  )
  // On MySQL and MariaDB, the sessions of other tests on the same server are listed too.
  return lasting.filter((line, index) => !/^(?:SESSION|USE$)/.test(line) || lasting.indexOf(line) === index)
}

/** A database in which this gate is shut, with a policy of contract that names these gates. */
export async function withGateShut(server: ServerName, gate: GateName, opens: readonly (string | object)[]): Promise<ChainOnServer> {
  const config = { phases: 'phases' }
  const { fromEmpty, reach } = GATE_CASES[gate]
  const chain = await (fromEmpty ? recordedOn(server, FILES, config) : preparedOn(server, FILES, 'migrated', migrate, { config }))
  await reach(chain)
  chain.put(opensAlone(opens))
  return chain
}

/** What a run of one phase comes to; the engine may be a copy, with errors of its own class. */
export interface Outcome {
  readonly code: string
  readonly exitCode: number
  readonly evidence: readonly string[]
}

interface Upgrades {
  upgrade(options: { readonly only: PhaseName; readonly confirmed: boolean }): Promise<unknown>
}

export async function contracted(engine: Upgrades, confirmed: boolean): Promise<Outcome> {
  try {
    await engine.upgrade({ only: 'contract', confirmed })
    return { code: 'done', exitCode: 0, evidence: [] }
  } catch (error) {
    const { code, exitCode, facts } = error as { code: string; exitCode: number; facts: Readonly<Record<string, unknown>> }
    const evidence = facts['reasons'] ?? facts['violations'] ?? facts['destroys'] ?? []
    return { code, exitCode, evidence: timeless(evidence as readonly string[]) }
  }
}

/** Makes an SSH key, and adds it to the allowed signers of the project under these names. Returns its file. */
export async function makeKey({ root }: Pick<ChainOnServer, 'root'>, ...names: readonly string[]): Promise<string> {
  const file = join(root, `key-${names.join('-')}`)
  await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file])
  const key = readFileSync(`${file}.pub`, 'utf8').trim()
  for (const name of names) appendFileSync(join(root, 'allowed-signers'), `${name} ${key}\n`)
  return file
}

const sessions: DatabaseSession[] = []

/** Ends the sessions that cases have opened. */
export async function closeSessions(): Promise<void> {
  for (const session of sessions.splice(0)) await session.close()
}

/** Opens a transaction in another session, and waits until the server counts its age. It locks no table of the project. */
export async function openTransaction({ dialect: name, url }: Pick<ChainOnServer, 'dialect' | 'url'>): Promise<void> {
  const dialect = await loadDialect(name)
  const session = await dialect.open({ url, purpose: 'a long transaction' })
  sessions.push(session)
  await session.begin()
  await session.query(sql`SELECT count(*) AS notes FROM interphase_note`)
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    const watcher = await dialect.open({ url, purpose: 'a watcher' })
    const found = await watcher.query<{ readonly seconds: unknown }>(dialect.gates.longTransactions)
    await watcher.close()
    if (found.some(({ seconds }) => Number(seconds) >= 1)) return
  }
}

const replicas = new WeakMap<ChainOnServer, string>()

function replicaOf(chain: ChainOnServer): string {
  return replicas.get(chain) ?? ''
}

/** Names a database in the configuration as a replica that shows an early run. */
async function addReplica(chain: ChainOnServer): Promise<void> {
  const url = await freshDatabase(chain.dialect)
  replicas.set(chain, url)
  await execute(
    url,
    'CREATE TABLE interphase_project (project varchar(50), epoch bigint)',
    "INSERT INTO interphase_project VALUES ('shop', 1)",
  )
  const file = join(chain.root, 'interphase.config.json')
  const config = JSON.parse(readFileSync(file, 'utf8')) as object
  writeFileSync(file, JSON.stringify({ ...config, database: { replicas: [url] } }))
}

async function migrate(chain: ChainOnServer): Promise<void> {
  await chain.up({ to: 'r1' })
  await chain.up({ phase: 'migrate' })
}

/** The shipped policies, but contract opens these gates alone. */
export function opensAlone(opens: readonly (string | object)[]): Files {
  const { expand, migrate, contract } = readPolicies()
  const policies = { expand, migrate, contract: { ...contract, opens } }
  return Object.fromEntries(Object.entries(policies).map(([phase, policy]) => [`/phases/${phase}.json`, JSON.stringify(policy)]))
}
