import { COUNTINGS, type Counting, FACTS, type Given, type Judged, NOT_READ } from '../../src/schema/counting.ts'

const MEANS: { readonly [C in Counting]: string } = {
  counts: 'A difference in it is a difference of the schemas.',
  expression: 'It counts. Between two majors of PostgreSQL that print it otherwise, it counts where the two texts do not say the same.',
  body: 'It counts between servers of one major version. On another one it is left out, and `up`, `status` and `adopt` say so.',
  reported: 'It is recorded and shown, and never a difference.',
}

const NAMES: { readonly [G in Given]: string } = {
  'all': 'all',
  'postgres': 'PostgreSQL',
  'mysql family': 'MySQL, MariaDB',
  'mysql': 'MySQL',
  'postgres, mariadb': 'PostgreSQL, MariaDB',
  'postgres, mysql': 'PostgreSQL, MySQL',
  'none': '',
}

/** `docs/states.md`: what counts when two states are compared. */
export function statesPage(): string {
  return [
    '# States',
    '',
    '<!-- Made by `npm run generate` from src/schema/counting.ts. -->',
    '',
    'A state is the schema of a database as its catalogs give it. `record` keeps it, guards and `status --check` compare the live',
    'database with it, and `adopt` looks for the one that the database equals. A database that was restored from its own dump has the',
    'same state, and the same scripts in another database make the same one.',
    '',
    '| in a comparison | |',
    '|---|---|',
    ...COUNTINGS.map((one) => `| ${one} | ${MEANS[one]} |`),
    '',
    'The name of an object and the table that it hangs on always count. In a database that was adopted, the names that a server makes up',
    'for constraints and indexes do not.',
    '',
    '## What is read',
    '',
    '| object | fact | servers | |',
    '|---|---|---|---|',
    ...Object.entries(FACTS).flatMap(([kind, facts]) =>
      Object.values(facts as Readonly<Record<string, Judged>>)
        .filter(({ on }) => on !== 'none')
        .toSorted((a, b) => COUNTINGS.indexOf(a.is) - COUNTINGS.indexOf(b.is))
        .map(({ is, on, says }) => `| ${kind} | ${says} | ${NAMES[on]} | ${is} |`),
    ),
    '',
    '## What is not part of a state',
    '',
    '| | servers | because |',
    '|---|---|---|',
    ...NOT_READ.map(({ what, on, because }) => `| ${what} | ${NAMES[on]} | ${because}. |`),
    '',
  ].join('\n')
}
