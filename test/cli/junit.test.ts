import { expect } from 'chai'
import { formatRehearsalAsJunit } from '../../src/cli/documents/junit.ts'
import { paintWithoutColour } from '../../src/cli/output.ts'
import { formatRehearsal } from '../../src/cli/render/rehearsal.ts'
import { type Rehearsal, RehearsalShape } from '../../src/rehearse/rehearsal.ts'

const NASTY = '<a href="x">\'&\' \u0000\u001b[31m\nline two ]]>'

const REHEARSAL: Rehearsal = {
  format: 1,
  project: 'shop & co',
  ok: false,
  rows: 5,
  seed: 1,
  skipped: [{ dialect: 'mysql', because: 'no MySQL server is named' }],
  dialects: [
    {
      dialect: 'postgres',
      server: '18.4',
      releases: [
        {
          release: 'r2',
          ok: false,
          orders: 2,
          migrations: 3,
          tables: [
            { table: 'item', rows: 5 },
            { table: 'odd', rows: 0, because: NASTY },
          ],
          points: ['before expand', 'after r2/010-a.expand'],
          probes: [
            {
              file: 'old/010.sql',
              version: 'old',
              how: 'afresh',
              results: [{ point: 'before expand' }, { point: 'after r2/010-a.expand', problem: NASTY }],
            },
          ],
          findings: [
            { kind: 'other rows', migration: 'r2/010-a.expand', says: `table item: ${NASTY}`, remedy: 'end the release' },
            {
              kind: 'probe fails',
              migration: 'r2/010-a.expand',
              probe: 'old/010.sql',
              point: 'after r2/010-a.expand',
              says: 'it fails',
              remedy: 'leave it in peace',
            },
          ],
          reported: ['a note'],
        },
      ],
    },
  ],
}

describe('the report of a rehearsal', () => {
  it('has the shape that the schema promises', () => {
    expect(RehearsalShape.parse(REHEARSAL)).to.deep.equal(REHEARSAL)
  })

  it('as JUnit holds nothing that XML could misread, each element closed', () => {
    const xml = formatRehearsalAsJunit(REHEARSAL)
    expect(xml.split('').filter((sign) => sign < ' ' && sign !== '\n')).to.deep.equal([])
    expect(xml).to.include('&lt;a href=&quot;x&quot;&gt;&apos;&amp;&apos;').and.include('line two ]]&gt;')
    const open: string[] = []
    const rest = xml.replace(
      /<\?[^>]*\?>|<(\/?)([\w-]+)((?: [\w-]+="[^"<&]*(?:&\w+;|&#10;|[^"<&])*")*)(\/?)>/g,
      (_, end: string, name: string, __, self: string) => {
        if (end) expect(open.pop()).to.equal(name)
        else if (name && !self) open.push(name)
        return ''
      },
    )
    expect(open).to.deep.equal([])
    expect(rest).not.to.match(/[<>]/)
  })

  it('as JUnit counts a case for each comparison and for each probe at each point', () => {
    const xml = formatRehearsalAsJunit(REHEARSAL)
    expect(xml).to.include('<testsuites name="interphase rehearse shop &amp; co" tests="8" failures="2" skipped="1">')
    expect(xml.match(/<testcase /g)).to.have.length(8)
    expect(xml).to.include('name="old/010.sql, afresh, after r2/010-a.expand"').and.include('What to do: leave it in peace.')
  })

  it('as text names what is responsible and what to do, and what was left out', () => {
    const text = formatRehearsal(REHEARSAL, paintWithoutColour)
    expect(text).to.include('r2 on postgres 18.4 does not pass: 2 findings')
    expect(text)
      .to.include('odd: no row fits; add rows to rows/')
      .and.include('What to do: leave it in peace.')
      .and.include('mysql was skipped')
  })
})
