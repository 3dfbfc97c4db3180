import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT } from '../structure/source.ts'
import { masked, presentable } from '../support/mask.ts'
import { UPDATES } from '../support/page.ts'

const README = join(ROOT, 'README.md')
const DEMO = /<!-- demo -->\n```console\n([\s\S]*?)```\n<!-- \/demo -->/

// The demo takes half a minute on an idle machine; a machine that tests on every core is not idle.
const LIMIT_MS = 600_000

describe('npm run demo', () => {
  const directory = mkdtempSync(join(tmpdir(), 'interphase-demo-'))
  after(() => rmSync(directory, { recursive: true, force: true }))

  it('ends well, prints what README.md shows of it, and leaves no server', function () {
    this.timeout(LIMIT_MS)
    const file = join(directory, 'output')
    const output = openSync(file, 'w')
    const { status } = spawnSync(process.execPath, ['--import', 'tsx', join(ROOT, 'scripts', 'demo.ts')], {
      cwd: ROOT,
      stdio: ['ignore', output, output],
    })
    const printed = readFileSync(file, 'utf8')
    expect(status, printed).to.equal(0)
    expect(printed).to.contain('All ').and.contain('Result of the demo')

    const page = readFileSync(README, 'utf8')
    const shown = DEMO.exec(page)?.[1] ?? ''
    expect(shown).not.to.equal('')
    if (UPDATES)
      writeFileSync(
        README,
        page.replace(shown, () => presentable(excerptOf(printed))),
      )
    else for (const [index, part] of partsOf(shown).entries()) expect(masked(printed), `part ${index + 1}`).to.contain(masked(part))
    expect(serversIn(join(ROOT, '.interphase', 'demo'))).to.deep.equal([])
  })
})

/** What README.md shows: the release that is told in full, with the status in its middle alone, and the others in brief. */
function excerptOf(printed: string): string {
  const begins = printed.indexOf('# 2015.1-kilo is in use')
  const ends = printed.indexOf('It took ')
  const sections = printed.slice(begins, ends).split(/\n\n(?=[#$] )/)
  const isLeftOut = (section: string) => section.startsWith('$ interphase status\n') && !section.includes('Next: interphase contract')
  return `${sections.map((section) => (isLeftOut(section) ? '$ interphase status\n…' : section.trim())).join('\n\n')}\n`
}

/** Leaving lines out is allowed where the excerpt says so. */
function partsOf(shown: string): readonly string[] {
  return shown.split(/^…$/m).filter((part) => part.trim() !== '')
}

function serversIn(directory: string): readonly string[] {
  if (process.platform === 'win32') return []
  const processes = execFileSync('ps', ['-eo', 'command='], { encoding: 'utf8' }).split('\n')
  return processes.filter((line) => line.includes(directory) && line.includes('postgres'))
}
