import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { PAGES } from '../../scripts/pages/pages.ts'
import { buildAllCommands, buildCommandLineParser } from '../../src/cli/program.ts'
import { ERROR_WORDINGS, type ErrorCode, listRemedies } from '../../src/error.ts'
import { ROOT } from './source.ts'

const DIRECTORIES = ['.', 'docs', 'docs/decisions', 'phases', 'releases']

interface Form {
  readonly pattern: RegExp
  readonly instead: string
}

/** Forms that make a reader read a sentence twice, each with the plain form. */
const FORMS: readonly Form[] = [
  { pattern: /(?:^|[.:;!?] |\| )(?:What|Whatever|Whoever|Whichever|Where|Who)\b/, instead: 'begin with a noun, or with "if"' },
  {
    pattern: /\b(?:gone on with|goes on with|is said to|has to do\b|for its own sake|, and so (?!does|do|is|are))/,
    instead: 'say who does what',
  },
]

/** Forms that comments, messages and help texts must not have either. */
const FORMS_IN_SOURCE: readonly Form[] = [
  ...FORMS,
  { pattern: /\b(?:[Nn]obody|[Nn]o one|[Ww]hoever|[Ww]hatever)\b/, instead: 'name the actor' },
  { pattern: /\b(?:is told of|in peace|at work|as good as|in hand|in the way)\b/, instead: 'use the term of the field' },
]

/** A comment is read alone, for example in an editor: it must not begin with a word that points to something outside of it. */
const POINTS_ELSEWHERE =
  /^(?:It|Its|They|Their|These|Those|Them|He|She|As above|See|Same|Ditto|Like|Also|And|But|Or|So|Then|Otherwise|Else)\b(?!-)/

/** A comment that is only a fragment: a sentence needs at least this number of words. */
const SHORTEST_COMMENT_WORDS = 3

/** The directories and files of src/ whose comments are held to these forms. Add a directory when its comments are rewritten. */
const COMMENTED = [
  'schema',
  'rows',
  'effect',
  'phase',
  'release',
  'state',
  'plan',
  'proof',
  'project',
  'cli',
  'dialect',
  'dialects',
  'shadow',
  'record',
  'rehearse',
  'status',
  'adopt',
  'run',
  'work',
  'gate',
  'ledger',
  'clock.ts',
  'commands.ts',
  'digest.ts',
  'engine.ts',
  'error.ts',
  'errors',
  'fleet',
  'event.ts',
  'formats.ts',
  'index.ts',
  'migration-code.ts',
  'regular-expression.ts',
  'shape.ts',
  'version.ts',
]

/** Names of the public interface, of a tag of template literals, and of the whole catalog of events. */
const ONE_WORD: ReadonlySet<string> = new Set([
  'sql',
  'expand',
  'migrate',
  'contract',
  'differences',
  'fingerprint',
  'PHASES',
  'DIALECTS',
  'VERSION',
])

/** The sections that list other pages. */
const SOURCELESS: ReadonlySet<string> = new Set(['Documentation', 'Read on'])

describe('prose', () => {
  const generated = new Set(PAGES.map(({ file }) => file))
  const pages = DIRECTORIES.flatMap((directory) =>
    readdirSync(join(ROOT, directory))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(directory, name)),
  ).filter((file) => !generated.has(file))

  it('has no sentence in a form that is hard to read', () => {
    expect(pages).to.include('README.md')
    expect(pages.flatMap((file) => hardToRead(readFileSync(join(ROOT, file), 'utf8')).map((one) => `${file}: ${one}`))).to.deep.equal([])
  })

  it('has no comment in such a form', () => {
    const found = COMMENTED.flatMap(sourcesIn).flatMap((file) =>
      commentsOf(readFileSync(join(ROOT, file), 'utf8')).flatMap((comment) =>
        hardToRead(comment, FORMS_IN_SOURCE).map((one) => `${file}: ${one}`),
      ),
    )
    expect(found).to.deep.equal([])
  })

  it('has no comment that is understood only together with something else', () => {
    const found = COMMENTED.flatMap(sourcesIn).flatMap((file) =>
      commentsOf(readFileSync(join(ROOT, file), 'utf8'))
        .filter((comment) => !/^(?:biome|oxlint)-/.test(comment) && isUnclearAlone(comment))
        .map((comment) => `${file}: ${comment}`),
    )
    expect(found).to.deep.equal([])
  })

  it('has no error message or remedy in such a form', () => {
    const found = Object.entries(ERROR_WORDINGS).flatMap(([code, { message, page }]) =>
      [...templatesIn(String(message)), ...listRemedies(code as ErrorCode).map(({ remedy }) => remedy), page?.means ?? ''].flatMap((text) =>
        hardToRead(text, FORMS_IN_SOURCE).map((one) => `${code}: ${one}`),
      ),
    )
    expect(found).to.deep.equal([])
  })

  it('has no help text in such a form', () => {
    const texts = [buildCommandLineParser(), ...buildAllCommands()].flatMap((verb) => [
      verb.summary(),
      verb.description(),
      ...verb.options.map(({ description }) => description),
      ...verb.registeredArguments.map(({ description }) => description),
    ])
    expect(texts.length).to.be.greaterThan(100)
    expect(texts.flatMap((text) => hardToRead(text, FORMS_IN_SOURCE))).to.deep.equal([])
  })

  it('has no mark of an unfinished merge in a file that a person reads', () => {
    const marked = pages.filter((file) => hasMergeMark(readFileSync(join(ROOT, file), 'utf8')))
    expect(marked).to.deep.equal([])
    expect(hasMergeMark('a\n<<<<<<< HEAD\nb\n')).to.equal(true)
  })

  it('has every row of a table on one line', () => {
    const broken = pages.flatMap((file) =>
      withoutCode(readFileSync(join(ROOT, file), 'utf8'))
        .split('\n')
        .filter((line) => line.startsWith('|') && !line.endsWith('|'))
        .map((line) => `${file}: ${line}`),
    )
    expect(broken).to.deep.equal([])
  })

  it('numbers each decision once, alike in the name of its file and in its title', () => {
    const decisions = pages.filter((file) => file.startsWith('docs/decisions/0'))
    const numbers = decisions.map((file) => Number(file.slice('docs/decisions/'.length).split('-', 1)[0]))
    expect(numbers).to.deep.equal([...new Set(numbers)])
    const titles = decisions.map((file) => Number.parseInt(readFileSync(join(ROOT, file), 'utf8').slice(2), 10))
    expect(titles).to.deep.equal(numbers)
  })

  it('names modules that exist', () => {
    const named = pages.flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/`(?:src\/)?([a-z-]+\/[\w./<>-]+\.ts)`/g)].flatMap(([, path = '']) =>
        pathsOf(path).map((one) => ({ file, path: one })),
      ),
    )
    expect(named).not.to.have.length(0)
    const gone = named.filter(({ path }) => !['src', '.'].some((from) => existsSync(join(ROOT, from, path))))
    expect(gone).to.deep.equal([])
  })

  it('exports no function or constant with a name of one word', () => {
    const found = COMMENTED.flatMap(sourcesIn).flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^export (?:async )?(?:function\*?|const) (\w+)/gm)]
        .filter(([, name = '']) => !/[a-z0-9][A-Z]|_/.test(name) && !ONE_WORD.has(name))
        .map(([, name]) => `${file}: ${name}`),
    )
    expect(found).to.deep.equal([])
  })

  it('names the source of every section of the docs in docs/architecture.md', () => {
    const map = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8').toLowerCase()
    const listed = pages.filter((file) => /^(?:README|docs\/[a-z-]+)\.md$/.test(file) && file !== 'docs/architecture.md')
    const sections = listed.flatMap((file) =>
      [...withoutCode(readFileSync(join(ROOT, file), 'utf8')).matchAll(/^##+ (?:\d+\. )?(.*)$/gm)].map(([, title = '']) => ({
        file,
        title,
      })),
    )
    expect(sections.length).to.be.greaterThan(80)
    expect(sections.filter(({ title }) => !SOURCELESS.has(title) && !map.includes(title.toLowerCase()))).to.deep.equal([])
    expect(map.split('\n').filter((line) => /^\|\s*\|/.test(line))).to.deep.equal([])
  })

  it('names the source of every decision in docs/architecture.md', () => {
    const map = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')
    const decisions = pages.filter((file) => file.startsWith('docs/decisions/0'))
    expect(decisions.filter((file) => !map.includes(`](${file.slice('docs/'.length)}) | `))).to.deep.equal([])
  })

  it('names the source of every error in docs/architecture.md', () => {
    const rows = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8').split('\n')
    const unnamed = Object.keys(ERROR_WORDINGS).filter((code) => {
      const [, , table = '', files = ''] =
        rows.find((row) => row.startsWith('| `') && (row.split('|')[1] ?? '').includes(`\`${code}\``))?.split('|') ?? []
      const named = [...`${table} ${files}`.matchAll(/`([\w./<>-]+\.ts)`/g)].flatMap(([, path = '']) => pathsOf(path))
      const naming = named.filter((path) => readFileSync(join(ROOT, 'src', path), 'utf8').includes(`'${code}'`))
      // The file with the texts of the error names the code, and so does at least one file that throws it.
      return naming.length < 2 || !naming.some((path) => path.startsWith('errors/'))
    })
    expect(unnamed).to.deep.equal([])
  })

  it('sees what it is there to see', () => {
    expect(['It runs.', 'These rows.', 'The rows.'].map(isUnclearAlone)).to.deep.equal([true, true, true])
    expect(['The rows of a table.', 'Alike rows are kept.'].map(isUnclearAlone)).to.deep.equal([false, false])
    expect(hardToRead('It runs. Whatever commits here stays.\n')).to.have.length(1)
    expect(hardToRead('- Where it does not, a person is\n  gone on with.\n')).to.have.length(2)
    expect(commentsOf('/** Whoever waits. */\nconst a = 1 // What b\n  // What comes\n  // next.\n')).to.deep.equal([
      'Whoever waits.',
      'What comes next.',
    ])
    expect(hardToRead('`What` is a name, and so is `Who`.\n\n```sh\n# Where it is\n```\n')).to.deep.equal([])
  })
})

function hasMergeMark(text: string): boolean {
  return /^(?:<{7} |={7}$|>{7} )/m.test(text)
}

function isUnclearAlone(comment: string): boolean {
  return POINTS_ELSEWHERE.test(comment) || comment.split(/\s+/).length < SHORTEST_COMMENT_WORDS
}

/** `<server>` stands for the directory of each server. `<command>` stands for a file that a reader adds. */
function pathsOf(path: string): readonly string[] {
  if (path.includes('<command>')) return []
  return path.includes('<server>') ? ['postgres', 'mysql'].map((server) => path.replace('<server>', server)) : [path]
}

/** The TypeScript files of a directory of src/ and its subdirectories, or the file itself. */
function sourcesIn(name: string): readonly string[] {
  if (name.endsWith('.ts')) return [join('src', name)]
  const entries = readdirSync(join(ROOT, 'src', name), { recursive: true, encoding: 'utf8' })
  return entries.filter((entry) => entry.endsWith('.ts')).map((entry) => join('src', name, entry))
}

/** The texts of the docstrings and of the comments that stand on lines of their own. */
function commentsOf(source: string): readonly string[] {
  return [...source.matchAll(/\/\*\*([\s\S]*?)\*\/|((?:^[ \t]*\/\/.*\n)+)/gm)].map(([, block, lines]) =>
    (block ?? lines ?? '')
      .split('\n')
      .map((line) => line.replace(/^\s*(?:\*|\/\/)?\s?/, ''))
      .join(' ')
      .trim(),
  )
}

/** The template literals in the source of a function. */
function templatesIn(source: string): readonly string[] {
  return [...source.matchAll(/`((?:[^`\\]|\\.)*)`/g)].map(([, text = '']) => text)
}

function withoutCode(page: string): string {
  return page.replaceAll(/^```[\s\S]*?^```$/gm, '')
}

/** The offending places, with a few words around them. */
function hardToRead(page: string, forms = FORMS): readonly string[] {
  const text = withoutCode(page).replaceAll(/`[^`]*`/g, 'CODE')
  const paragraphs = text.split(/\n\s*\n|\n(?=\s*[-|\d#])/).map((one) => one.replaceAll(/\s+/g, ' ').replace(/^\s*(?:[-#]+|\d+\.) /, ''))
  return forms.flatMap(({ pattern, instead }) =>
    paragraphs.flatMap((paragraph) => {
      const found = pattern.exec(paragraph)
      return found ? [`…${paragraph.slice(Math.max(0, found.index - 20), found.index + 60)}…: ${instead}`] : []
    }),
  )
}
