import type { MysqlToken } from '../lexer.ts'
import { dottedNameAt } from './name-chain.ts'
import { mysqlStatementKindAt } from './phrase.ts'
import { findStatementStarts } from './starts.ts'

/** An occurrence of the name of a database object in a statement. */
export interface ObjectNameOccurrence {
  readonly kind: 'table' | 'routine' | 'trigger' | 'event'
  readonly database: string | undefined
  readonly name: string
  /**
   * The way in which the statement uses the object. 'makes': the statement creates the object, or renames an object to the name.
   * 'changes': the statement changes or drops the object, or writes its rows. 'reads': the statement reads or calls the object.
   */
  readonly use: 'makes' | 'changes' | 'reads'
  /** The first word of the statement, or of the inner statement that contains the name. */
  readonly by: string
}

/** Returns every occurrence of the name of a table, view, sequence, routine, trigger or event in a statement. */
export function findObjectNameOccurrences(text: string, all: readonly MysqlToken[]): readonly ObjectNameOccurrence[] {
  const tokens = all.filter(({ kind }) => kind !== 'mark')
  const starts = findStatementStarts(tokens)
  return starts.flatMap((start, index) => new NameSearch(text, tokens, start, endOf(tokens, start, starts[index + 1])).places())
}

function endOf(tokens: readonly MysqlToken[], start: number, next: number | undefined): number {
  const end = tokens.findIndex(({ kind, value }, index) => index >= start && kind === 'symbol' && value === ';')
  return Math.min(next ?? tokens.length, end < 0 ? tokens.length : end)
}

// The SQL functions in whose parentheses the word FROM does not precede a table.
const TAKES_FROM: ReadonlySet<string> = new Set(['EXTRACT', 'TRIM', 'SUBSTRING', 'SUBSTR', 'MID'])
const ENDS_FROM =
  /^(?:WHERE|GROUP|HAVING|ORDER|LIMIT|UNION|EXCEPT|INTERSECT|SET|VALUES|VALUE|WINDOW|SELECT|FOR|LOCK|PROCEDURE|ON|PARTITION|RETURNING)$/
const NOISE =
  /^(?:LOW_PRIORITY|HIGH_PRIORITY|DELAYED|QUICK|IGNORE|IF|NOT|EXISTS|LATERAL|ONLY|TABLE|TABLES|NO_WRITE_TO_BINLOG|LOCAL|SCHEMA|EXTENDED)$/
const TAKES_LIST = /^(?:DROP|LOCK|ANALYZE|CHECK|CHECKSUM|OPTIMIZE|REPAIR|FLUSH|RENAME|TRUNCATE)$/
const READS_SEQUENCE: ReadonlySet<string> = new Set(['NEXTVAL', 'LASTVAL', 'SETVAL'])
const OBJECTS: { readonly [word: string]: ObjectNameOccurrence['kind'] } = {
  TABLE: 'table',
  TABLES: 'table',
  VIEW: 'table',
  SEQUENCE: 'table',
  PROCEDURE: 'routine',
  FUNCTION: 'routine',
  PACKAGE: 'routine',
  BODY: 'routine',
  TRIGGER: 'trigger',
  EVENT: 'event',
}

interface Level {
  /** The word before the open parenthesis in the statement, such as the name of a function. */
  readonly callee: string
  isFromList: boolean
}

/** Searches the tokens of one statement for the names of database objects, from the first token to the last. */
class NameSearch {
  readonly #text: string
  readonly #tokens: readonly MysqlToken[]
  readonly #start: number
  readonly #end: number
  readonly #first: string
  readonly #words: string
  readonly #found: ObjectNameOccurrence[] = []
  readonly #levels: Level[] = [{ callee: '', isFromList: false }]
  /** The kind and the use of the name that the search expects next. The value is undefined when the search expects no name. */
  #expected: Pick<ObjectNameOccurrence, 'kind' | 'use'> | undefined

  constructor(text: string, tokens: readonly MysqlToken[], start: number, end: number) {
    this.#text = text
    this.#tokens = tokens
    this.#start = start
    this.#end = end
    this.#first = tokens.slice(start, end).find(({ kind }) => kind === 'word')?.value ?? ''
    this.#words = mysqlStatementKindAt(tokens, start)?.words ?? ''
  }

  places(): readonly ObjectNameOccurrence[] {
    for (let at = this.#start; at < this.#end; ) at = this.#step(at)
    return this.#found
  }

  #step(at: number): number {
    const token = this.#tokens[at]
    if (token?.kind === 'symbol') return this.#symbol(token.value, at)
    if (token?.kind === 'word' && this.#keyword(token.value, at)) return at + 1
    const chain = dottedNameAt(this.#text, this.#tokens, at, this.#expected !== undefined)
    if (!chain) return at + 1
    const level = this.#levels.at(-1)
    // In a list of tables, a name before a parenthesis is a function such as JSON_TABLE, and no table.
    const isCall = level?.isFromList === true && this.#tokens[chain.end]?.value === '(' && chain.parts.length === 1
    if (this.#expected && !isCall) this.#found.push({ ...this.#expected, database: chain.database, name: chain.name, by: this.#first })
    this.#expected = undefined
    return chain.end
  }

  #symbol(value: string, at: number): number {
    const level = this.#levels.at(-1)
    if (value === '(') {
      const callee = this.#tokens[at - 1]?.value ?? ''
      this.#levels.push({ callee, isFromList: this.#expected !== undefined && level?.isFromList === true })
      if (READS_SEQUENCE.has(callee)) this.#expect('table', callee === 'SETVAL' ? 'changes' : 'reads')
      if (callee === '=' && this.#tokens[at - 2]?.value === 'UNION') this.#expect('table', 'changes')
    } else if (value === ')') {
      if (this.#levels.length > 1) this.#levels.pop()
      this.#expected = undefined
    } else if (value === ',') {
      const isList = this.#levels.length === 1 && (TAKES_LIST.test(this.#first) || (this.#first === 'DELETE' && !this.#hasSeenFrom))
      this.#expected = undefined
      if (level?.isFromList === true) this.#expect('table', this.#useOfFrom())
      else if (isList) this.#expect(this.#objectKind(), 'changes')
    } else if (value !== '=') this.#expected = undefined
    return at + 1
  }

  #hasSeenFrom = false

  /** Handles a keyword of the statement. Returns true if the word is a keyword, and not a name. */
  #keyword(word: string, at: number): boolean {
    if (this.#tokens[at + 1]?.value === '.') return false
    const before = at > this.#start ? (this.#tokens[at - 1]?.value ?? '') : ''
    const level = this.#levels.at(-1)
    if (level && ENDS_FROM.test(word) && !(word === 'ON' && level.isFromList)) level.isFromList = false
    if (word === 'ON' && level?.isFromList) return this.#nothing()
    if (this.#object(word, before, at)) return true
    if (this.#expected && NOISE.test(word)) return true
    switch (word) {
      case 'FROM':
        if (level && TAKES_FROM.has(level.callee)) return this.#nothing()
        if (this.#first === 'PREPARE' || this.#first === 'FETCH') return this.#nothing()
        this.#hasSeenFrom = true
        if (level) level.isFromList = true
        return this.#expect('table', this.#useOfFrom())
      case 'JOIN':
        return this.#expect('table', this.#useOfFrom())
      case 'STRAIGHT_JOIN':
        return /^(?:SELECT|DISTINCT|ALL|HIGH_PRIORITY)$/.test(before) ? this.#nothing() : this.#expect('table', this.#useOfFrom())
      case 'USING':
        return this.#first === 'DELETE' && level ? ((level.isFromList = true), this.#expect('table', 'changes')) : this.#nothing()
      case 'INTO':
        return this.#expect('table', 'changes')
      case 'UPDATE':
        if (/^(?:KEY|FOR|ON|BEFORE|AFTER)$/.test(before)) return this.#nothing()
        if (level) level.isFromList = true
        return this.#expect('table', 'changes')
      case 'INSERT':
      case 'REPLACE':
        return at === this.#start || before === ')' ? this.#expect('table', 'changes') : this.#nothing()
      case 'DELETE':
      case 'TRUNCATE':
      case 'HANDLER':
        return at === this.#start ? this.#expect('table', word === 'HANDLER' ? 'reads' : 'changes') : this.#nothing()
      case 'DESC':
      case 'DESCRIBE':
      case 'EXPLAIN':
        return at === this.#start ? this.#expect('table', 'reads') : this.#nothing()
      case 'CALL':
        return this.#expect('routine', 'reads')
      case 'REFERENCES':
        return this.#expect('table', 'reads')
      case 'LIKE':
        return this.#words.endsWith('TABLE') && this.#first === 'CREATE' && (before === '(' || this.#found.length === 1)
          ? this.#expect('table', 'reads')
          : this.#nothing()
      case 'TO':
        return this.#first === 'RENAME' || /^(?:RENAME)$/.test(before) ? this.#expect('table', 'makes') : this.#nothing()
      case 'RENAME':
        return at > this.#start && this.#first === 'ALTER' && !/^(?:COLUMN|INDEX|KEY|CONSTRAINT)$/.test(this.#tokens[at + 1]?.value ?? '')
          ? this.#expect('table', 'makes')
          : this.#nothing()
      case 'ON':
        return this.#onTakesTable() ? this.#expect('table', 'changes') : this.#nothing()
      case 'FOR':
        return before === 'VALUE' ? this.#expect('table', 'changes') : this.#nothing()
      case 'AS':
      case 'SELECT':
        if (this.#expected && word === 'AS') return true
        return this.#nothing()
      default:
        return this.#expected === undefined
    }
  }

  /**
   * Returns true if `word` is the kind of an object, such as VIEW in `CREATE OR REPLACE VIEW v` or TABLE in `DROP TABLE IF EXISTS
   * t`. The method then expects the name of such an object as the next name in the statement.
   */
  #object(word: string, before: string, at: number): boolean {
    const kind = Object.hasOwn(OBJECTS, word) ? OBJECTS[word] : undefined
    if (!kind || (this.#found.length > 0 && word !== 'TABLE') || !(this.#words.split(' ').includes(word) || word === 'TABLE')) return false
    if (this.#found.length > 0 && !/^(?:WITH|INTO)$/.test(before)) return false
    if (at === this.#start && word !== 'TABLE') return false
    return this.#expect(kind, this.#first === 'CREATE' ? 'makes' : this.#first === 'TABLE' || this.#first === 'SHOW' ? 'reads' : 'changes')
  }

  #objectKind(): ObjectNameOccurrence['kind'] {
    return this.#found.at(-1)?.kind ?? 'table'
  }

  #onTakesTable(): boolean {
    const isHead = this.#found.every(({ kind }) => kind === 'trigger')
    return isHead && /^(?:(?:CREATE|DROP) INDEX|CREATE TRIGGER|GRANT|REVOKE)$/.test(this.#words)
  }

  #useOfFrom(): ObjectNameOccurrence['use'] {
    return /^(?:DELETE|UPDATE)$/.test(this.#first) && this.#levels.length === 1 ? 'changes' : 'reads'
  }

  #expect(kind: ObjectNameOccurrence['kind'], use: ObjectNameOccurrence['use']): true {
    this.#expected = { kind, use }
    return true
  }

  #nothing(): true {
    this.#expected = undefined
    return true
  }
}
