import { readFileSync } from 'node:fs'
import { type ErrorCode, WORDINGS } from '../../src/error.ts'

/** `docs/errors.md`: every code with its words, its facts, its remedy and what the process ends with. */
export function errorsPage(): string {
  const source = readFileSync(new URL('../../src/error.ts', import.meta.url), 'utf8')
  return [
    '# Errors',
    '',
    '<!-- Made by `npm run generate` from src/error.ts. -->',
    '',
    'Whatever interphase refuses or fails at carries a code, which stays the same and is never used again for something',
    'else. The words may change. In `--json` the code and the facts stand apart from the words. `<…>` stands for a fact.',
    ...sectionsOf(source).flatMap(({ title, rows }) => ['', `## ${title}`, ...rows.flatMap(entry)]),
    '',
  ].join('\n')
}

interface Row {
  readonly code: ErrorCode
  readonly facts: readonly Fact[]
}

interface Fact {
  readonly name: string
  readonly isList: boolean
}

interface Section {
  readonly title: string
  readonly rows: readonly Row[]
}

/** The sections of the table, as its comments name them: `// release: what lies in a release directory`. */
function sectionsOf(source: string): readonly Section[] {
  const table = source.slice(source.indexOf('export interface Facts {'), source.indexOf('export type ErrorCode'))
  const sections = table.split(/^ {2}\/\/ /m).slice(1)
  return sections.map((text) => ({ title: titleOf(text), rows: rowsOf(text.slice(text.indexOf('\n'))) }))
}

function titleOf(section: string): string {
  const line = section.slice(0, section.indexOf('\n'))
  return `${line.charAt(0).toUpperCase()}${line.slice(1)}`
}

function rowsOf(section: string): readonly Row[] {
  return [...section.matchAll(/^ {2}'([\w.-]+)': \{([^}]*)\}/gm)].map(([, code = '', facts = '']) => {
    if (!isCode(code)) throw new Error(`${code} has facts and no words`)
    return { code, facts: [...facts.matchAll(/readonly (\w+)\??: ([^;\n]+)/g)].map(factOf) }
  })
}

function factOf([, name = '', type = '']: RegExpMatchArray): Fact {
  return { name, isList: type.includes('[]') }
}

function isCode(word: string): word is ErrorCode {
  return Object.hasOwn(WORDINGS, word)
}

function entry({ code, facts }: Row): readonly string[] {
  const { says, remedy, exitCode } = WORDINGS[code]
  // Placeholders stand for numbers too: the words only print what they are given.
  const shown = Object.fromEntries(facts.map(({ name, isList }) => [name, isList ? [`<${name}>`] : `<${name}>`]))
  const words = (says as (facts: unknown) => string)(shown)
  return ['', `### ${code}`, '', '```text', words, '```', '', remedy, '', `Exit code ${exitCode}. Facts: ${facts.map(nameOf).join(', ')}.`]
}

function nameOf({ name, isList }: Fact): string {
  return isList ? `\`${name}\` (a list)` : `\`${name}\``
}
