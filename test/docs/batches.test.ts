import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT } from '../structure/source.ts'
import { type Files, recordedAt } from '../support/chain.ts'
import { blocksOf } from '../support/page.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const BLOCKS = blocksOf(readFileSync(join(ROOT, 'docs', 'batches.md'), 'utf8'))
const [SCHEMA = ''] = BLOCKS.filter(({ text }) => text.startsWith('CREATE TABLE')).map(({ text }) => text)
const STEPS = BLOCKS.filter(({ text }) => /^(?:UPDATE|-- interphase: batch|import [^]*export default migrate)/.test(text))

/** The examples as the page says that they are written for this server. */
function filesOf({ language, text }: (typeof STEPS)[number], server: ServerName): Files {
  const written = server === 'postgres' ? text : text.replace('code IS DISTINCT FROM upper(name)', 'NOT (code <=> upper(name))')
  return {
    'r1/010-widget.expand.sql': SCHEMA,
    'r2/rows/widget.sql': "INSERT INTO widget (id, name) VALUES (1, 'a'), (2, 'b'), (4, 'c');",
    [`r2/010-code.migrate.${language}`]: written,
    ...(text.includes('by (ctid)') && { 'r2/010-code.migrate.pending.sql': 'SELECT count(*) FROM widget WHERE code IS NULL;' }),
  }
}

/** The page says of these examples on which servers they run. */
function runsOn(text: string, server: ServerName): boolean {
  if (/by \(ctid\)|unnest/.test(text)) return server === 'postgres'
  return !text.includes('JSON_TABLE') || server !== 'postgres'
}

/** The result of each example. */
const RESULT = {
  widget: 'SELECT id AS id, code AS code FROM widget ORDER BY id',
  widget_code: 'SELECT widget_id AS id, code AS code FROM widget_code ORDER BY widget_id',
} as const

describe('docs/batches.md', () => {
  after(removeProjects)

  it('has an example for each of the four ways', () => {
    const kinds = [/^UPDATE/, /^-- interphase: batch widget\n/, /INSERT INTO widget_code/, /\bset: /, /\binto: /, /\bbatch: async/]
    for (const kind of kinds) expect(STEPS.filter(({ text }) => kind.test(text))).to.have.length.greaterThan(0)
  })

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    for (const block of STEPS) {
      const { text } = block
      if (!runsOn(text, server)) continue
      const [title = ''] = /^\s*(?:UPDATE.*|-- interphase.*|set: .*|into: .*|await query.*)/m.exec(text) ?? []
      it(`runs the example: ${title.trim()}`, async () => {
        const chain = await recordedAt(server, 'r1', filesOf(block, server))
        await chain.sql(...[1, 2, 3, 4, 5].map((id) => `INSERT INTO widget (id, name) VALUES (${id * 3}, 'n${id}')`))
        await chain.up()
        const rows = await chain.sql(/\binto\b/i.test(text) ? RESULT.widget_code : RESULT.widget)
        expect(rows.map(({ id, code }) => `${String(id)} ${String(code)}`)).to.deep.equal(['3 N1', '6 N2', '9 N3', '12 N4', '15 N5'])
      })
    }
  })
})
