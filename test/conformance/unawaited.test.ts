import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const TABLE = `q.createTable('late', { id: { type: S.INTEGER, primaryKey: true } })`

/** Bodies that return before their statements are done; the statement that is told, and the line where it is asked for. */
const UNAWAITED: Readonly<Record<string, { readonly body: string; readonly told?: RegExp; readonly line?: number }>> = {
  'a call without await': { body: `\n${TABLE}`, line: 4 },
  'one in a loop': {
    body: `\n;[1, 2].forEach(async () => { await q.sequelize.query('SELECT 1'); await ${TABLE} })`,
    told: /SELECT 1/,
    line: 4,
  },
  'one after another that was awaited': { body: `await q.sequelize.query('SELECT 1')\n\n${TABLE}`, line: 5 },
  'a transaction': {
    body: `q.sequelize.transaction(async (transaction) => { await q.sequelize.query('SELECT 1', { transaction }); await ${TABLE} })`,
  },
  'a transaction that is rolled back': { body: `q.sequelize.transaction(async () => { throw new TypeError('back') })` },
  'a timer': { body: `setTimeout(() => ${TABLE}, 60)`, line: 3 },
  'a timer after a timer': { body: `setTimeout(() => setTimeout(() => ${TABLE}, 30), 30)` },
  'the next turn': { body: `setImmediate(() => ${TABLE})` },
  'a function of its own': {
    body: `(async () => { for (let i = 0; i < 3; i++) await q.sequelize.query('SELECT ' + i); await ${TABLE} })()`,
    told: /SELECT 0/,
  },
  'an event': {
    body: `const { EventEmitter } = await import('node:events'); const bus = new EventEmitter(); bus.on('go', () => ${TABLE}); setTimeout(() => bus.emit('go'), 5)`,
  },
  'a file that is read': { body: `const { readFile } = await import('node:fs/promises'); readFile(process.execPath).then(() => ${TABLE})` },
  'a statement that fails later': { body: `q.sequelize.query('SELECT nothing FROM nowhere')`, told: /nowhere/ },
  'a statement that fails meanwhile': {
    body: `q.sequelize.query('SELECT nothing FROM nowhere'); await new Promise((resolve) => setTimeout(resolve, 50))`,
    told: /nowhere/,
  },
  'a promise that is rejected': {
    body: `(async () => { throw new TypeError('nobody waits') })(); await new Promise((resolve) => setTimeout(resolve, 5))`,
    told: /nobody waits/,
  },
}

const AWAITED: Readonly<Record<string, string>> = {
  'all at once': `await Promise.all([${TABLE}, q.sequelize.query('SELECT 1')])`,
  'beside a timer that only guards': `await Promise.race([${TABLE}, new Promise((_, reject) => setTimeout(reject, 60000))])`,
  'beside a short timer': `setTimeout(() => undefined, 20); await ${TABLE}`,
  'beside random bytes, of which some are drawn at once': `const { randomFillSync, randomUUID } = await import('node:crypto'); randomFillSync(Buffer.alloc(4096)); randomUUID(); await ${TABLE}`,
  'returned': `return ${TABLE}`,
  'after one that fails and is caught': `await q.sequelize.transaction((transaction) => q.sequelize.query('SELECT nothing FROM nowhere', { transaction })).catch(() => undefined); await ${TABLE}`,
}

const UNSTARTED: Readonly<Record<string, string>> = {
  'a generator': `export const up = function* (q: any, S: any) { yield ${TABLE} }`,
  'an async generator': `export const up = async function* (q: any, S: any) { yield ${TABLE} }`,
  'a function': `export const up = (q: any, S: any) => async () => { await ${TABLE} }`,
}

const moduleOf = (body: string) => `// a function\nexport const up = async (q: any, S: any) => {\n${body}\n}`

describe('a function that returns before it is done', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    for (const [what, text] of Object.entries(UNSTARTED)) {
      it(`is not recorded if it returns ${what}`, async () => {
        const chain = await chainOn(server, { '1/010-a.expand.ts': text })
        const { facts } = await rejected(chain.record(), 'migration.unstarted')
        expect(facts).to.deep.equal({ file: 'releases/1/010-a.expand.ts', returned: what.replace('async ', '').replace('an ', 'a ') })
      })
    }

    for (const [what, { body, told = /./, line }] of Object.entries(UNAWAITED)) {
      it(`is not recorded: ${what}`, async () => {
        const chain = await chainOn(server, { '1/010-a.expand.ts': moduleOf(body) })
        const { facts, message } = await rejected(chain.record(), 'migration.unawaited')
        expect(facts.file).to.equal('releases/1/010-a.expand.ts')
        expect(facts.statement).to.match(told)
        if (line !== undefined) expect(facts.line).to.equal(line)
        expect(message).to.include('an await is missing')
        expect(chain.has('1/states')).to.equal(false)
      })
    }

    for (const [what, body] of Object.entries(AWAITED)) {
      it(`is none: ${what}`, async () => {
        const chain = await chainOn(server, { '1/010-a.expand.ts': moduleOf(body) })
        await chain.record()
        await chain.up()
        expect(await chain.status()).to.include({ exitCode: 0, schema: 'as planned' })
      })
    }

    it('is not counted as done on a target, and its remedy works', async () => {
      const body = `if (process.env.UNAWAITED_TEST === 'forgets') { ${TABLE} } else await ${TABLE}`
      const chain = await chainOn(server, { '1/010-a.expand.ts': moduleOf(body) })
      await chain.record()
      process.env['UNAWAITED_TEST'] = 'forgets'
      try {
        await rejected(chain.up(), 'migration.unawaited')
      } finally {
        delete process.env['UNAWAITED_TEST']
      }
      const { releases } = await chain.status()
      expect(releases[0]?.phases[0]).to.include({ done: 0, of: 1 })
    })
  })
})
