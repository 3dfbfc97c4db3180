import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, chainOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const BASE: { readonly [S in ServerName]?: string } = {
  postgres: `CREATE TYPE enum_item_mood AS ENUM ('sad', 'ok'); CREATE TABLE item (id int PRIMARY KEY, kind varchar(9) NOT NULL DEFAULT 'a', mood enum_item_mood DEFAULT 'ok');
    COMMENT ON COLUMN item.kind IS 'the kind';`,
  mysql: `CREATE TABLE item (id int PRIMARY KEY AUTO_INCREMENT, kind varchar(9) NOT NULL DEFAULT 'a' COMMENT 'the kind');`,
}
const HEAD =
  '// interphase: despite adds because it is a test\n// interphase: despite opaque because it is a test\n// interphase: despite removes because it is a test\n'
const SCAN = '// interphase: despite scan because it is a test\n// interphase: despite rewrite because it is a test\n'

/** What is told of a call; nothing where the difference that is recorded says it all. */
const CALLS: Readonly<Record<string, { readonly call: string; readonly postgres?: RegExp; readonly mysql?: RegExp }>> = {
  'a new type that keeps the rest': {
    call: `q.changeColumn('item', 'kind', { type: S.STRING(20), allowNull: false, defaultValue: 'a', comment: 'the kind' })`,
  },
  'a new type alone': {
    call: `q.changeColumn('item', 'kind', { type: S.STRING(20) })`,
    postgres: /changeColumn of item.kind removed properties that the call does not repeat: default 'a'/,
    mysql: /changeColumn of item.kind removed properties that the call does not repeat: default '?a'?; comment the kind/,
  },
  'the same once more': {
    call: `q.changeColumn('item', 'kind', { type: S.STRING(9), allowNull: false, defaultValue: 'a', comment: 'the kind' })`,
    postgres: /changeColumn of item.kind changed nothing$/,
    mysql: /changeColumn of item.kind changed nothing$/,
  },
  'another name': {
    call: `q.renameColumn('item', 'kind', 'sort')`,
    mysql: /renameColumn created item.sort from item.kind without these properties: comment the kind/,
  },
  'another name for what numbers itself': {
    call: `q.sequelize.getQueryInterface().renameColumn('item', 'id', 'number')`,
    mysql: /renameColumn created item.number from item.id without these properties: extra auto_increment/,
  },
  'an index of some rows': {
    call: `q.addIndex('item', ['kind'], { name: 'some', unique: true, where: { kind: 'a' } })`,
    mysql: /addIndex ignores `where`, because this server has no partial indexes; the unique rule holds for every row/,
  },
  'labels of an enum': {
    call: `q.changeColumn('item', 'mood', { type: S.ENUM('sad', 'ok', 'glad'), defaultValue: 'ok' })`,
    postgres: /changeColumn of item.mood changed nothing: Sequelize does not change the labels of a type$/,
  },
}

describe('what calls did that their names do not say', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    const remarks = (chain: ChainOnServer) => chain.events.flatMap((event) => (event.type === 'remark' ? [event.says] : []))

    for (const [what, { call, postgres, mysql }] of Object.entries(CALLS)) {
      if (what.includes('enum') && server !== 'postgres') continue
      it(`is told by record: ${what}`, async () => {
        const chain = await chainOn(server, {
          '1/010-a.expand.sql': BASE[server] ?? BASE.mysql ?? '',
          '2/010-b.contract.ts': `${HEAD}${SCAN}export const up = (q: any, S: any) => ${call}`,
        })
        await chain.record()
        const told = server === 'postgres' ? postgres : mysql
        if (told === undefined) expect(remarks(chain)).to.deep.equal([])
        else {
          expect(remarks(chain)).to.have.lengthOf(1)
          expect(remarks(chain)[0])
            .to.match(told)
            .and.match(/^releases\/2\/010-b\.contract\.ts:6: /)
        }
        await chain.up({ confirmed: true })
        expect(await chain.status()).to.include({ exitCode: 0, schema: 'as planned' })
      })
    }

    for (const caller of ['q', 'q.sequelize.getQueryInterface()']) {
      it(`are judged by what they did: expand refuses a shorter type, and contract asks, ${caller}.changeColumn`, async () => {
        const files = { '1/010-label.expand.sql': 'CREATE TABLE label (id int PRIMARY KEY, word varchar(30));' }
        const shorter = `export const up = (q: any, S: any) => ${caller}.changeColumn('label', 'word', { type: S.STRING(5) })`
        const chain = await chainOn(server, { ...files, '2/010-shorter.expand.ts': shorter })
        await chain.record()
        const { findings } = await (await chain.open()).check()
        const refused = findings.filter(({ code }) => code === 'policy.refuses')
        expect(refused.map(({ facts, object }) => `${String(facts['effect'])} ${object ?? ''}`)).to.include('tightens column label.word')
        chain.remove('2')
        chain.put({ '2/010-shorter.contract.ts': `${SCAN}${shorter}` })
        await chain.record()
        await chain.up({ to: '1' })
        await chain.sql("INSERT INTO label VALUES (1, 'abcdefgh')")
        const asked = await rejected(chain.up({ confirmed: false }), 'phase.unconfirmed')
        expect(asked.facts.destroys.join()).to.match(/column label\.word, changed from .*\(30\) to .*\(5\) \(1 value\)/)
        expect(await chain.sql('SELECT word FROM label')).to.deep.equal([{ word: 'abcdefgh' }])
        await chain.sql("UPDATE label SET word = 'abc'")
        await chain.up({ confirmed: true })
        expect(await chain.sql('SELECT word FROM label')).to.deep.equal([{ word: 'abc' }])
      })
    }
  })
})
