import {
  type ComparisonRuleOfObjectProperty,
  OBJECT_PROPERTY_COMPARISON_MODES,
  type ObjectPropertyComparisonMode,
  PROPERTIES_OF_OBJECT_KINDS,
  type ServersThatReadObjectProperty,
  UNCOMPARED_DATABASE_PARTS,
} from '../../src/schema/counting.ts'

const MEANS: { readonly [C in ObjectPropertyComparisonMode]: string } = {
  counts: 'A difference in this fact makes the schemas different.',
  expression: 'The fact counts. If two major versions of PostgreSQL print the same expression in two forms, the two forms count as equal.',
  body: 'The fact counts between servers of the same major version. Between servers of different major versions, the engine does not compare the fact, and `up`, `status` and `adopt` report this.',
  reported: 'The engine records and prints the fact, but a difference in this fact never makes the schemas different.',
}

const NAMES: { readonly [G in ServersThatReadObjectProperty]: string } = {
  'all': 'all',
  'postgres': 'PostgreSQL',
  'mysql family': 'MySQL, MariaDB',
  'mysql': 'MySQL',
  'mariadb': 'MariaDB',
  'postgres, mariadb': 'PostgreSQL, MariaDB',
  'postgres, mysql': 'PostgreSQL, MySQL',
  'none': '',
}

/** `docs/states.md`: the facts that count in a comparison of two states. */
export function statesPage(): string {
  return [
    '# States',
    '',
    '<!-- Made by `npm run generate` from src/schema/counting.ts. -->',
    '',
    'A state is the schema of a database, as the engine reads it from the catalogs of the server. `record` stores states. A run and',
    '`status --check` compare the schema of the live database with a stored state, and `adopt` finds the stored state that equals the',
    'live schema. The same migrations produce the same state in every database. A database that was restored from a dump has the same',
    'state as the dumped database.',
    '',
    '| in a comparison | meaning |',
    '|---|---|',
    ...OBJECT_PROPERTY_COMPARISON_MODES.map((one) => `| ${one} | ${MEANS[one]} |`),
    '',
    'The name of an object and the name of its table always count, with two exceptions. In an adopted database, the names of',
    'constraints and indexes do not count if the server generated them. On MySQL and MariaDB, the name of the index of a foreign key',
    'does not count if the server gave the index the name of the foreign key in one of the two schemas. The reason: a foreign key can',
    'replace another one. In the original database, the server then creates a new index. In a database that was restored from a dump,',
    'it keeps the old index.',
    'For the same reason, a restored database can keep an index that the server created for a foreign key in a recorded state. This',
    'index does not count while another key or index begins with the same columns.',
    '',
    '## What is read',
    '',
    '| object | fact | servers that have the fact | in a comparison |',
    '|---|---|---|---|',
    ...Object.entries(PROPERTIES_OF_OBJECT_KINDS).flatMap(([kind, facts]) =>
      Object.values(facts as Readonly<Record<string, ComparisonRuleOfObjectProperty>>)
        .filter(({ on }) => on !== 'none')
        .toSorted((a, b) => OBJECT_PROPERTY_COMPARISON_MODES.indexOf(a.is) - OBJECT_PROPERTY_COMPARISON_MODES.indexOf(b.is))
        .map(({ is, on, says }) => `| ${kind} | The state contains ${says}. | ${NAMES[on]} | ${is} |`),
    ),
    '',
    '## What is not part of a state',
    '',
    '| part of a database | servers | because |',
    '|---|---|---|',
    ...UNCOMPARED_DATABASE_PARTS.map(({ what, on, because }) => `| ${what} | ${NAMES[on]} | ${because}. |`),
    '',
  ].join('\n')
}
