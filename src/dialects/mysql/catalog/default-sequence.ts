import type { MysqlToken } from '../text/lexer.ts'
import { leadingWordsOfStatement } from '../text/manner.ts'
import { definesStoredProgram } from '../text/statements/starts.ts'

/**
 * Removes the database name before a sequence in the definition of a table or a view, as in DEFAULT nextval(d.s). The removal is
 * needed because MariaDB's dump tool always writes the database name, and the engine refuses a statement that names a sequence of
 * another database. Returns every other statement unchanged.
 */
export function removeSequenceDatabaseFromStatement(text: string, tokens: readonly MysqlToken[]): string {
  const [first, last] = [tokens[0], tokens.at(-1)]
  if (!first || !last) return ''
  if (!DEFINES_TABLE.test(leadingWordsOfStatement(tokens).join(' ')) && !definesView(tokens)) return text.slice(first.start, last.end)
  let from = first.start
  let found = ''
  tokens.forEach((token, index) => {
    const database = tokens[index + 2]
    const sequence = tokens[index + 4]
    if (token.value !== 'NEXTVAL' || tokens[index + 1]?.value !== '(' || tokens[index + 3]?.value !== '.') return
    if (!database || !sequence || tokens[index + 5]?.value !== ')') return
    found += text.slice(from, database.start)
    from = sequence.start
  })
  return found + text.slice(from, last.end)
}

const DEFINES_TABLE = /^(?:CREATE (?:OR REPLACE )?|ALTER )TABLE/

/** Returns true for a CREATE VIEW statement. The algorithm, the definer and the security option can precede the word VIEW. */
function definesView(tokens: readonly MysqlToken[]): boolean {
  const words = tokens.slice(0, 24).filter(({ kind }) => kind === 'word')
  return words[0]?.value === 'CREATE' && words.some(({ value }) => value === 'VIEW') && !definesStoredProgram(tokens)
}

const QUALIFIED = /\bnextval\(`((?:[^`]|``)+)`\.(`(?:[^`]|``)+`)\)/g

/**
 * Removes every database name before a sequence from the default values of a printed table. After the restore of a dump, a
 * default value can still name the original database, which possibly no longer exists. `from` lists the sequences whose names
 * contain another database than `database`.
 */
export function removeSequenceDatabasesFromTable(
  printed: string,
  database: string,
): { readonly text: string; readonly from: readonly { readonly database: string; readonly sequence: string }[] } {
  const from: { readonly database: string; readonly sequence: string }[] = []
  const text = printed.replaceAll(QUALIFIED, (_, other: string, sequence: string) => {
    const named = other.replaceAll('``', '`')
    if (named !== database) from.push({ database: named, sequence })
    return `nextval(${sequence})`
  })
  return { text, from }
}
