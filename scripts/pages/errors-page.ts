import { readFileSync } from 'node:fs'
import { ERROR_WORDINGS, type ErrorCode, listRemedies } from '../../src/error.ts'
import type { NearbyState } from '../../src/errors/adopt.ts'

const ERRORS = new URL('../../src/errors/', import.meta.url)

// The files of the errors, in the order of the page.
const GROUPS = ['config', 'release', 'migration', 'batch', 'policy', 'record', 'database', 'ledger', 'run', 'adopt', 'process']

/** `docs/errors.md`: a list of all codes with links to their pages. */
export function errorsPage(): string {
  return [
    '# Errors',
    '',
    '<!-- Made by `npm run generate` from src/errors/. -->',
    '',
    'Each error has a code. A code never changes, and is never used again for another error. The message of an error can change. With',
    '`--json`, the code, the facts and the message are separate fields. This page shows the first line of each message: if the line ends',
    'with a colon, a list follows in the output. The page of each code contains the whole message and the remedy.',
    ...readSections().flatMap(({ title, rows }) => ['', `## ${title}`, '', '| code | |', '|---|---|', ...rows.map(indexRow)]),
    '',
  ].join('\n')
}

/** `docs/errors/<code>.md` for every code. */
export function errorPages(): readonly { readonly file: string; readonly text: string }[] {
  const rows = readSections().flatMap((section) => section.rows)
  return rows.map((row) => ({ file: `docs/errors/${row.code}.md`, text: codePage(row) }))
}

interface Row {
  readonly code: ErrorCode
  readonly facts: readonly Fact[]
}

interface Fact {
  readonly name: string
  readonly isList: boolean
  readonly type: string
}

interface Section {
  readonly title: string
  readonly rows: readonly Row[]
}

/** The sections of the page: one for each file of errors. The comment above the facts is the title. */
function readSections(): readonly Section[] {
  return GROUPS.map((group) => {
    const source = readFileSync(new URL(`${group}.ts`, ERRORS), 'utf8')
    const [, title = '', facts = ''] =
      /\/\*\* The facts of the (errors about [^\n]*?)\. \*\/\nexport interface \w+ \{\n([\s\S]*?)\n\}\n/.exec(source) ?? []
    return { title: `${title.charAt(0).toUpperCase()}${title.slice(1)}`, rows: rowsOf(facts) }
  })
}

function rowsOf(section: string): readonly Row[] {
  return [...section.matchAll(/^ {2}'([\w.-]+)': \{([^}]*)\}/gm)].map(([, code = '', facts = '']) => {
    if (!isCode(code)) throw new Error(`${code} has facts but no text`)
    return { code, facts: [...facts.matchAll(/readonly (\w+)\??: ([^;\n]+)/g)].map(factOf) }
  })
}

function factOf([, name = '', type = '']: RegExpMatchArray): Fact {
  return { name, isList: type.includes('[]'), type: type.trim() }
}

function isCode(word: string): word is ErrorCode {
  return Object.hasOwn(ERROR_WORDINGS, word)
}

function indexRow(row: Row): string {
  const [first = ''] = (messagesOf(row)[0] ?? '').split('\n')
  return `| [${row.code}](errors/${row.code}.md) | ${first.replaceAll('|', '\\|').replaceAll('<', '&lt;')} |`
}

function codePage(row: Row): string {
  const { exitCode, page } = ERROR_WORDINGS[row.code]
  return [
    `# ${row.code}`,
    '',
    '<!-- Made by `npm run generate` from src/errors/. -->',
    '',
    ...messagesOf(row).flatMap((message, index) => [...(index === 0 ? [] : ['Or:', '']), '```text', message, '```', '']),
    ...(page ? [page.means, '', 'For example:', '', '```text', page.example, '```', ''] : []),
    '## What to do',
    '',
    ...(listRemedies(row.code).length > 1 ? ['interphase prints only the first case that applies.', ''] : []),
    ...listRemedies(row.code).flatMap(({ when, remedy }) => [...(when === undefined ? [] : [`${when}:`, '']), asMarkdown(remedy), '']),
    `${exitOf(row.code, exitCode)} Facts: ${row.facts.map(nameOf).join(', ')}.`,
    '',
    '[All codes](../errors.md)',
    '',
  ].join('\n')
}

/**
 * Separates a list from the sentence after it by an empty line. Otherwise the sentence would belong to the last entry of the
 * list.
 */
function asMarkdown(remedy: string): string {
  return remedy.replaceAll(/^((?:\d+\.|-) .*)\n(?!\d+\. |- )/gm, '$1\n\n')
}

function exitOf(code: ErrorCode, exitCode: number): string {
  return code.startsWith('relies.')
    ? `This is a warning of \`interphase check\`. With \`--strict\` it is an error, with exit code ${exitCode}.`
    : `Exit code ${exitCode}.`
}

/**
 * The messages of the error, with `<…>` for each fact: one message, and one more for each value of a fact that changes the words.
 */
function messagesOf({ code, facts }: Row): readonly string[] {
  const message = ERROR_WORDINGS[code].message as (facts: unknown) => string
  // A placeholder can replace a number, because `message` only prints its facts.
  const shown = Object.fromEntries(facts.map((fact) => [fact.name, placeholderOf(fact)]))
  const others = facts.flatMap((fact) => otherValuesOf(fact).map((value) => message({ ...shown, [fact.name]: value })))
  return [...new Set([message(shown), ...others])]
}

/** The values of a fact besides the value of `placeholderOf`, if the fact is true or false, or one of several words. */
function otherValuesOf({ type }: Fact): readonly unknown[] {
  return type === 'boolean' ? [false] : wordsOfUnion(type).slice(1)
}

/** The words of a type such as `'authored' | 'phased'`. */
function wordsOfUnion(type: string): readonly string[] {
  return /^'[^']*'(?: \| '[^']*')+$/.test(type) ? type.split(' | ').map((word) => word.slice(1, -1)) : []
}

function placeholderOf({ name, isList, type }: Fact): unknown {
  return PLACEHOLDERS[type] ?? wordsOfUnion(type)[0] ?? (isList ? [`<${name}>`] : `<${name}>`)
}

/** The placeholders of facts that are objects. */
const PLACEHOLDERS: { readonly [type: string]: unknown } = {
  'readonly NearbyState[]': [
    { state: '<state>', different: ['<different>'], missing: ['<missing>'], extra: ['<extra>'] },
  ] satisfies readonly NearbyState[],
}

function nameOf({ name, isList }: Fact): string {
  return isList ? `\`${name}\` (a list)` : `\`${name}\``
}
