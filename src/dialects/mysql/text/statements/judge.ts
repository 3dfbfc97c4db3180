import type { SqlFilePurpose, StatementRefusal } from '../../../../dialect/judgement.ts'
import { type MysqlToken, tokenizeMysql, unquoteMysqlString } from '../lexer.ts'
import { findRefusedFunctionCall } from './functions.ts'
import { mysqlStatementKindAt } from './phrase.ts'
import { findObjectNameOccurrences } from './places.ts'
import { findDatabaseNameInStatement } from './qualified.ts'
import { definesStoredProgram, findStatementStarts } from './starts.ts'

/**
 * Returns the part of a statement that a migration must not contain, with the reason. The part is a kind of statement, INTO
 * OUTFILE, a hint, a called function, or a name. The function also searches the statements in a body and in a prepared string.
 * Returns undefined if the statement is allowed.
 */
export function findMysqlStatementRefusal(
  text: string,
  all: readonly MysqlToken[],
  purpose: SqlFilePurpose,
  except: 'packages' | 'nothing' = 'nothing',
): StatementRefusal | undefined {
  const tokens = all.filter(({ kind }) => kind !== 'mark')
  return (
    refusalOfKinds(tokens, purpose) ??
    refusalOfFile(tokens) ??
    refusalOfHint(text, tokens) ??
    refusalOfCall(tokens) ??
    refusalOfName(text, tokens, purpose, except) ??
    refusalInStrings(tokens, purpose, except)
  )
}

function refusalOfKinds(tokens: readonly MysqlToken[], purpose: SqlFilePurpose): StatementRefusal | undefined {
  for (const start of findStatementStarts(tokens)) {
    const found = mysqlStatementKindAt(tokens, start)
    const first = tokens[start]
    // Only the first statement of the text must be of a known kind. Later statements can be parts of a routine, such as a label,
    // DECLARE or FETCH, which `MYSQL_STATEMENT_KINDS` does not contain.
    if (!found && start > 0) continue
    if (!found) return { statement: first?.value ?? '', because: UNKNOWN }
    const judged = found.form ?? found.kind
    if (judged.judged !== 'refused' || (purpose === 'setup' && judged.inSetup)) continue
    return { statement: found.form?.says ?? found.words, because: judged.because }
  }
  return undefined
}

const UNKNOWN = 'The engine does not know this kind of statement, so it cannot observe its effects.'

function refusalOfFile(tokens: readonly MysqlToken[]): StatementRefusal | undefined {
  const file = tokens.find(
    ({ kind, value }, index) => kind === 'word' && /^(?:OUTFILE|DUMPFILE)$/.test(value) && tokens[index - 1]?.value === 'INTO',
  )
  return (
    file && {
      statement: `INTO ${file.value}`,
      because: 'The statement writes a file on the machine of the server. A migration does not need this file.',
    }
  )
}

/**
 * Refuses an optimizer hint that changes the effect of the statement, such as SET_VAR. The function searches the text, because
 * the tokenizer treats hints as comments.
 */
function refusalOfHint(text: string, tokens: readonly MysqlToken[]): StatementRefusal | undefined {
  if (!SET_VAR.test(text)) return undefined
  const isThere = tokens.some((token, index) => SET_VAR.test(text.slice(tokens[index - 1]?.end ?? 0, token.start)))
  return isThere
    ? { statement: 'SET_VAR in a hint', because: 'The setting would not be seen. Write SET in front of the statement.' }
    : undefined
}

const SET_VAR = /\/\*\+[^]*?\bset_var\b/i

function refusalOfCall(tokens: readonly MysqlToken[]): StatementRefusal | undefined {
  const call = findRefusedFunctionCall(tokens)
  return call && { statement: call.name, because: call.because }
}

function refusalOfName(
  text: string,
  tokens: readonly MysqlToken[],
  purpose: SqlFilePurpose,
  except: 'packages' | 'nothing',
): StatementRefusal | undefined {
  // The engine searches the whole text for its own prefix `interphase_` before it searches for all names in the statement. The
  // first search is faster, and most statements do not contain the prefix.
  if (/interphase_/i.test(text) && findObjectNameOccurrences(text, tokens).some(({ name }) => /^interphase_/i.test(name))) return LEDGER
  const database = findDatabaseNameInStatement(text, tokens, except)
  // A set-up file can grant privileges on scratch databases, because the definer of a dumped routine needs these privileges.
  return database === undefined || (purpose === 'setup' && database === SHADOWS) ? undefined : refusalOfOtherDatabase(database)
}

/** Returns the refusal of a statement that names another database. */
export function refusalOfOtherDatabase(database: string): StatementRefusal {
  return { statement: `a name in the database ${database}`, because: OTHER_DATABASE }
}

const LEDGER: StatementRefusal = {
  statement: 'a table of the ledger',
  because:
    'Only the engine writes the ledger. Remove the statement. To dump without the ledger, use mysqldump with --ignore-table=<database>.<table> for each table of the ledger.',
}

/** The pattern that a GRANT statement uses for the scratch databases of the engine. */
const SHADOWS = 'interphase\\_scratch\\_%'

const OTHER_DATABASE =
  'A migration works only in the migrated database, and each shadow database has another name. Remove the name of the database.'

/**
 * Refuses a forbidden statement in the string of PREPARE or EXECUTE IMMEDIATE. The engine judges a string in a routine only when
 * a statement calls the routine.
 */
function refusalInStrings(
  tokens: readonly MysqlToken[],
  purpose: SqlFilePurpose,
  except: 'packages' | 'nothing',
): StatementRefusal | undefined {
  if (definesStoredProgram(tokens)) return undefined
  const literal = literalPrepared(tokens)
  return literal === undefined ? undefined : findMysqlStatementRefusal(literal, tokenizeMysql(literal), purpose, except)
}

/**
 * Returns the SQL text that PREPARE or EXECUTE IMMEDIATE contains as a string literal. Returns undefined for any other statement.
 */
function literalPrepared(tokens: readonly MysqlToken[]): string | undefined {
  const [first, second, third, fourth] = tokens
  if (first?.value === 'EXECUTE' && second?.value === 'IMMEDIATE' && third?.kind === 'string') return unquoteMysqlString(third.value)
  if (first?.value === 'PREPARE' && third?.value === 'FROM' && fourth?.kind === 'string') return unquoteMysqlString(fourth.value)
  return undefined
}
