import { expect } from 'chai'
import fc from 'fast-check'
import { collectCandidateValues, parseTextDefault } from '../../src/rows/literals.ts'
import { rowRequirementsOfTables } from '../../src/rows/outline.ts'
import { makeSeededRandomNumberGenerator } from '../../src/rows/random.ts'
import { parseColumnType } from '../../src/rows/type.ts'
import { generateValueOfType } from '../../src/rows/values.ts'
import type { SchemaObject } from '../../src/schema/object.ts'
import { EMPTY_SCHEMA_STATE, makeSchemaState } from '../../src/schema/state.ts'

const texts = (cells: readonly { readonly kind: string }[]) => cells.map((cell) => ('text' in cell ? cell.text : cell.kind))

describe('values for rows', () => {
  it('are the same for the same seed, and others for another', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const draw = (seed: string) =>
          Array.from(
            { length: 8 },
            (
              (random) => () =>
                random.below(1_000_000)
            )(makeSeededRandomNumberGenerator(seed)),
          )
        expect(draw(a)).to.deep.equal(draw(a))
        if (a !== b) expect(draw(a)).not.to.deep.equal(draw(b))
      }),
    )
  })

  it('read a type as the servers print it', () => {
    const read = (printed: string) => parseColumnType(printed, EMPTY_SCHEMA_STATE, 'mysql')
    expect(read('numeric(10,2)')).to.deep.include({ base: 'numeric', sizes: [10, 2] })
    expect(read('int unsigned')).to.deep.include({ base: 'int', sizes: [] })
    expect(read("enum('a','it''s')")).to.deep.include({ base: 'enum', labels: ['a', "it's"], sizes: [] })
    expect(read('timestamp(3) with time zone')).to.deep.include({ base: 'timestamp with time zone' })
    expect(read('character varying(5)[]')).to.deep.include({ base: 'character varying', sizes: [5], isArray: true })
    expect(read('point srid 4326')).to.deep.include({ base: 'point', srid: '4326' })
  })

  it('look through a domain to its type and its checks, and up the labels of an enum', () => {
    const state = makeSchemaState([
      { kind: 'domain', name: 'grade', type: 'integer', nullable: false, checks: [{ name: 'c', expression: 'VALUE > 3' }] },
      { kind: 'enum', name: 'mood', labels: ['sad'] },
    ])
    expect(parseColumnType('grade', state, 'postgres')).to.deep.include({ base: 'integer', domain: 'grade', checks: ['VALUE > 3'] })
    expect(parseColumnType('mood', state, 'postgres').labels).to.deep.equal(['sad'])
  })

  it('that must not stand twice do not', () => {
    const random = makeSeededRandomNumberGenerator('x')
    for (const printed of ['int', 'bigint', 'varchar(8)', 'uuid', 'date', 'timestamp', 'numeric(9,2)', 'binary(8)']) {
      const type = parseColumnType(printed, EMPTY_SCHEMA_STATE, 'postgres')
      const made = Array.from({ length: 500 }, (_, index) =>
        JSON.stringify(generateValueOfType(type, { random, ordinal: 1_000_000 + index })),
      )
      expect(new Set(made).size, printed).to.equal(500)
    }
  })

  it('come from the constants of the checks, and from what lies beside them', () => {
    const of = (printed: string, ...rules: readonly string[]) =>
      collectCandidateValues(parseColumnType(printed, EMPTY_SCHEMA_STATE, 'postgres'), rules)
    expect(texts(of('integer', '(price > 100)').near)).to.include.members(['100', '101', '99'])
    expect(texts(of('text', "(word = ANY (ARRAY['a'::text, 'it''s'::text]))").near)).to.include.members(['a', "it's"])
    expect(texts(of('text', '(char_length(word) = 4)').near)).to.include('xxxx')
    expect(texts(of('date', "(day > '2031-12-31'::date)").near)).to.include('2032-01-01')
    expect(parseTextDefault("'open'::character varying")).to.deep.equal({ kind: 'text', text: 'open' })
    expect(parseTextDefault('now()')).to.equal(undefined)
  })
})

describe('the order in which tables are filled', () => {
  const table = (name: string, ...parents: readonly string[]): readonly SchemaObject[] => [
    { kind: 'table', name, columns: ['id', ...parents] },
    ...['id', ...parents].map(
      (column) => ({ kind: 'column', table: name, name: column, type: 'integer', nullable: column !== 'id' }) as const,
    ),
    ...parents.map(
      (parent) =>
        ({
          kind: 'foreign-key',
          table: name,
          name: `${name}_${parent}`,
          columns: [parent],
          references: { table: parent, columns: ['id'] },
        }) as const,
    ),
  ]
  const order = (...tables: readonly (readonly SchemaObject[])[]) =>
    rowRequirementsOfTables(makeSchemaState(tables.flat()), 'postgres').map((outline) => outline.table.name)

  it('is parents first', () => {
    expect(order(table('a', 'b'), table('b', 'c'), table('c'))).to.deep.equal(['c', 'b', 'a'])
  })

  it('begins somewhere in a ring, and does not mind a table that refers to itself', () => {
    expect(order(table('a', 'b'), table('b', 'a'), table('c', 'c'))).to.deep.equal(['c', 'a', 'b'])
  })
})
