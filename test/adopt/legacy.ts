import type { ServerName } from '../support/servers.ts'

/** One revision of the schema script of a monitoring service, as its operators received it, and the way to the next. */
export interface Revision {
  readonly name: string
  /** The statements of the script, without those about the server. */
  readonly statements: readonly string[]
  /** The migrations from this revision to the newest one. */
  readonly bridge: readonly string[]
  /** A query that tells the revision from others with the same schema. */
  readonly rows?: string
}

const HOST = 'CREATE TABLE host (id INTEGER NOT NULL, name VARCHAR(255) NOT NULL, PRIMARY KEY (id), UNIQUE (name))'
const alarm = (more: string) =>
  `CREATE TABLE alarm (id INTEGER NOT NULL, host_id INTEGER NOT NULL, state VARCHAR(20) NOT NULL DEFAULT 'UNDETERMINED', created TIMESTAMP NULL DEFAULT NULL${more}, PRIMARY KEY (id), FOREIGN KEY (host_id) REFERENCES host (id) ON DELETE CASCADE)`
const LINK = ', link VARCHAR(512) NULL'
const STATE_INDEX = 'CREATE INDEX alarm_state ON alarm (state)'
const method = (address: string, more = '') =>
  `CREATE TABLE notification_method (id INTEGER NOT NULL, type VARCHAR(20) NOT NULL, address ${address} NULL${more}, PRIMARY KEY (id))`
const action = (onDelete: string) =>
  `CREATE TABLE alarm_action (alarm_id INTEGER NOT NULL, method_id INTEGER NOT NULL, PRIMARY KEY (alarm_id, method_id), CONSTRAINT fk_action_alarm FOREIGN KEY (alarm_id) REFERENCES alarm (id) ON DELETE CASCADE, CONSTRAINT fk_action_method FOREIGN KEY (method_id) REFERENCES notification_method (id) ON DELETE ${onDelete})`
const PERIOD = ', period INTEGER NOT NULL DEFAULT 0'

/** The revisions in their order. The third to fifth have one schema. The sixth is from a side branch. */
export function revisionsOf(server: ServerName): readonly Revision[] {
  const isPostgres = server === 'postgres' || server === 'postgres-system'
  const widen = isPostgres
    ? 'ALTER TABLE notification_method ALTER COLUMN address TYPE VARCHAR(512)'
    : 'ALTER TABLE notification_method MODIFY COLUMN address VARCHAR(512) NULL'
  const toKilo = [method('VARCHAR(100)'), action('CASCADE')]
  const toLiberty = ['ALTER TABLE notification_method ADD COLUMN period INTEGER NOT NULL DEFAULT 0', widen]
  const toMitaka = [
    'ALTER TABLE alarm_action DROP CONSTRAINT fk_action_method',
    'ALTER TABLE alarm_action ADD CONSTRAINT fk_action_method FOREIGN KEY (method_id) REFERENCES notification_method (id) ON DELETE RESTRICT',
  ]
  const kilo = [HOST, alarm(LINK), STATE_INDEX, method('VARCHAR(100)'), action('CASCADE')]
  const fromKilo = [...toLiberty, ...toMitaka]
  const side = [
    HOST,
    alarm(`${LINK}, severity VARCHAR(10) NOT NULL DEFAULT 'LOW'`),
    method('VARCHAR(100)', ', CONSTRAINT one_address UNIQUE (type, address)'),
    action('CASCADE'),
  ]
  const liberty = [HOST, alarm(LINK), STATE_INDEX, method('VARCHAR(512)', PERIOD), action('CASCADE')]
  return [
    {
      name: '1-icehouse',
      statements: [HOST, alarm('')],
      bridge: ['ALTER TABLE alarm ADD COLUMN link VARCHAR(512) NULL', STATE_INDEX, ...toKilo, ...fromKilo],
    },
    { name: '2-juno', statements: [HOST, alarm(LINK), STATE_INDEX], bridge: [...toKilo, ...fromKilo] },
    { name: '3-kilo', statements: kilo, bridge: fromKilo },
    { name: '4-kilo-patched', statements: kilo.map((one) => one.replaceAll(' NULL,', ' NULL ,')), bridge: fromKilo },
    {
      name: '5-kilo-filled',
      statements: [...kilo, "INSERT INTO notification_method (id, type, address) VALUES (1, 'EMAIL', 'root@localhost')"],
      rows: "SELECT count(*) FROM notification_method WHERE type = 'EMAIL'",
      bridge: ["UPDATE notification_method SET type = 'MAIL' WHERE type = 'EMAIL'", ...fromKilo],
    },
    {
      name: '6-liberty-branch',
      statements: side,
      bridge: [
        'ALTER TABLE alarm DROP COLUMN severity',
        'ALTER TABLE notification_method DROP CONSTRAINT one_address',
        STATE_INDEX,
        ...fromKilo,
      ],
    },
    { name: '7-liberty', statements: liberty, bridge: toMitaka },
    { name: '8-mitaka', statements: MITAKA, bridge: [] },
  ]
}

/** The newest revision, which is also the first release of the chain. */
export const MITAKA = [HOST, alarm(LINK), STATE_INDEX, method('VARCHAR(512)', PERIOD), action('RESTRICT')]

const HEAD = {
  mysql: `-- The schema of the monitoring service
DROP DATABASE IF EXISTS \`mon\`;
/*!40000 DROP DATABASE IF EXISTS \`mon\`*/;
CREATE DATABASE IF NOT EXISTS \`mon\` DEFAULT CHARACTER SET utf8 COLLATE utf8_unicode_ci;
use mon
SET foreign_key_checks = 0;
SET storage_engine = InnoDB;
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,NO_AUTO_CREATE_USER';
SET GLOBAL max_connections = 500;
`,
  postgres: `-- The schema of the monitoring service
DROP DATABASE IF EXISTS mon;
CREATE DATABASE mon;
COMMENT ON DATABASE mon IS 'alarms';
\\connect mon
SET client_encoding = 'UTF8';
SET SESSION AUTHORIZATION 'monapi';
`,
}
const TAIL = {
  mysql: `GRANT ALL ON mon.* TO 'monapi'@'%';
FLUSH PRIVILEGES;
`,
  postgres: `ALTER TABLE public.alarm OWNER TO monapi;
GRANT ALL ON ALL TABLES IN SCHEMA public TO monapi;
`,
}

/** The files of a project whose bases are the revisions. */
export function legacyProject(server: ServerName): { readonly [path: string]: string } {
  const kind = server === 'postgres' || server === 'postgres-system' ? 'postgres' : 'mysql'
  const bases = revisionsOf(server).flatMap(({ name, statements, bridge, rows }): (readonly [string, string])[] => [
    [`bases/${name}.json`, JSON.stringify({ continues: '1-mitaka', ...(rows !== undefined && { rows }) })],
    [`bases/${name}/00-script/010-schema.expand.sql`, `${HEAD[kind]}${statements.join(';\n')};\n${TAIL[kind]}`],
    ...bridge.map((statement, index) => [`bases/${name}/10-bridge/0${index + 1}0-step.expand.sql`, `${statement};\n`] as const),
  ])
  return {
    ...Object.fromEntries(bases),
    'releases/1-mitaka/010-schema.expand.sql': `${MITAKA.join(';\n')};\n`,
    'releases/2-newton/010-label.expand.sql': 'ALTER TABLE alarm ADD COLUMN label VARCHAR(512) NULL',
    'releases/2-newton/010-label.migrate.sql': 'UPDATE alarm SET label = link WHERE label IS NULL AND link IS NOT NULL',
    'releases/2-newton/010-label.contract.sql': 'ALTER TABLE alarm DROP COLUMN link',
  }
}
