import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { type RehearsalUserCommand, runRehearsalUserCommand } from '../../src/cli/command.ts'
import { rejected } from '../support/caught.ts'
import { project, removeProjects } from '../support/project.ts'

const DEAF = "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000)"

describe('a command on a shadow', () => {
  const node = (script: string, more: Partial<RehearsalUserCommand> = {}): RehearsalUserCommand => ({
    line: [process.execPath, '-e', script],
    environment: { ...process.env, WHERE: 'here' },
    isQuiet: true,
    at: 'after expand of r2',
    signal: new AbortController().signal,
    ...more,
  })
  after(removeProjects)

  it('passes when it ends with 0, with what the environment was given', async () => {
    await runRehearsalUserCommand(node("process.exit(process.env.WHERE === 'here' ? 0 : 1)"))
  })

  it('is named, with its exit code and its point, when it fails', async () => {
    const { message } = await rejected(runRehearsalUserCommand(node('process.exit(3)')), 'rehearse.command')
    expect(message).to.include('exit code 3').and.include('after expand of r2')
  })

  it('is named when there is no such program', async () => {
    const { message } = await rejected(runRehearsalUserCommand(node('', { line: ['no-such-program'] })), 'rehearse.no-command')
    expect(message).to.equal('your command no-such-program cannot be started: the program does not exist or is not executable')
  })

  it('is ended after its time, with all that it started, though both turn a deaf ear', async () => {
    const file = join(project({}), 'pid')
    const script = `const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(DEAF)}])
      require('node:fs').writeFileSync(process.env.FILE, String(child.pid)); ${DEAF}`
    const command = node(script, { environment: { ...process.env, FILE: file }, timeoutSeconds: 3, graceMs: 100 })
    const { facts } = await rejected(runRehearsalUserCommand(command), 'rehearse.timeout')
    expect(facts.seconds).to.equal(3)
    const pid = Number(readFileSync(file, 'utf8'))
    expect(pid).to.be.greaterThan(0)
    const deadline = Date.now() + 10_000
    while (isThere(pid) && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve))
    expect(isThere(pid)).to.equal(false)
  })

  it('hears of it when we are asked to stop', async () => {
    const stop = new AbortController()
    const file = join(project({}), 'heard')
    const script = `process.on('SIGINT', () => { require('node:fs').writeFileSync(process.env.FILE, 'SIGINT'); process.exit(0) })
      require('node:fs').writeFileSync(process.env.FILE, 'ready'); setInterval(() => undefined, 1000)`
    const running = rejected(
      runRehearsalUserCommand(node(script, { environment: { ...process.env, FILE: file }, signal: stop.signal })),
      'rehearse.stopped',
    )
    const deadline = Date.now() + 20_000
    while (textOf(file) !== 'ready' && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve))
    stop.abort('SIGINT')
    expect((await running).exitCode).to.equal(10)
    expect(textOf(file)).to.equal('SIGINT')
  })
})

/** A process that has ended and that nobody has asked about is a zombie: it does nothing any more. */
function isThere(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
