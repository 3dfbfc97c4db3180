import { chmodSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect } from 'chai'
import { ROOT } from '../structure/source.ts'
import { seen } from '../support/page.ts'
import { project, removeProjects } from '../support/project.ts'
import { freshDatabase, serverUrl } from '../support/servers.ts'

const FIRST_RELEASE = /^## Run a first release$[\s\S]*?^```sh$\n([\s\S]*?)^```$/m

describe('README.md', () => {
  after(removeProjects)

  it('has commands by which a first release is run', async function () {
    this.timeout(120_000)
    const [server, database] = await Promise.all([serverUrl('postgres'), freshDatabase('postgres')])
    const directory = project({
      'bin/interphase': `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'dist', 'cli', 'main.js')}" "$@"\n`,
    })
    chmodSync(join(directory, 'bin', 'interphase'), 0o755)
    const env = {
      ...process.env,
      PATH: `${join(directory, 'bin')}${delimiter}${process.env['PATH']}`,
      // The reader's commands start the embedded server each time; here they find it running.
      DATABASE_URL: database,
      INTERPHASE_SHADOW_POSTGRES_URL: server,
      FORCE_COLOR: '0',
    }
    const commands = FIRST_RELEASE.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1] ?? ''
    const printed = await seen(`set -e\n${commands}echo all commands succeeded`, directory, env)
    expect(printed).to.match(/CREATE TABLE customer/)
    expect(printed).to.match(/^1\.0 +1\/1 done/m)
    expect(printed).to.match(/all commands succeeded$/)
  })
})
