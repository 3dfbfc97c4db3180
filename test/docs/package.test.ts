import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { ROOT } from '../structure/source.ts'
import { blocksOf } from '../support/page.ts'

const run = promisify(execFile)

/** Definitions that the types refuse, one on each line. */
const WRONG_STEPS = [
  'migrate({ table: 5 })',
  "migrate({ table: 'a', set: { b: 'c' } })",
  "migrate({ into: 'a', from: 'b', select: { c: 'd' } })",
  "migrate({ into: 'a', select: { c: sql`d` } })",
  "migrate({ table: 'a', batch: async ({ query }) => query('SELECT 1') })",
  "migrate({ table: 'a', batch: async ({ query }) => query`SELECT ${{ a: 1 }}` })",
  "migrate({ table: 'a', batch: async ({ nothing }) => nothing })",
] as const

/** A user installs the package from its packed file into an empty project. Nothing of this project is there. */
describe('the packed package', () => {
  let root = ''
  const inside = async (command: string, ...args: readonly string[]) => (await run(command, args, { cwd: root })).stdout

  before(async () => {
    root = mkdtempSync(join(tmpdir(), 'interphase-package-'))
    const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', root]
    const { stdout } = await run('npm', pack, { cwd: ROOT })
    writeFileSync(join(root, 'package.json'), '{ "name": "shop", "private": true }')
    await inside('npm', 'install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', '--omit=optional', join(root, stdout.trim()))
    // The compiler of this project, so that it is not loaded once more.
    mkdirSync(join(root, 'node_modules', '.bin'), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', 'typescript'), join(root, 'node_modules', 'typescript'))
  })

  after(() => rmSync(root, { recursive: true, force: true }))

  it('can be imported and required', async () => {
    const names = (load: string) => `${load}; console.log(typeof migrate, typeof defineConfig)`
    const imported = names("const { migrate, defineConfig } = await import('interphase')")
    expect(await inside('node', '--input-type=module', '-e', imported)).to.equal('function function\n')
    const required = names("const { migrate, defineConfig } = require('interphase')")
    expect(await inside('node', '--input-type=commonjs', '-e', required)).to.equal('function function\n')
  })

  it('has a client of applications that loads no other file and no library', async () => {
    const script =
      "const { joinFleet, assertCompatible } = await import('interphase/fleet'); console.log(typeof joinFleet, typeof assertCompatible)"
    expect(await inside('node', '--input-type=module', '-e', script)).to.equal('function function\n')
    const client = readFileSync(join(root, 'node_modules', 'interphase', 'dist', 'fleet', 'index.js'), 'utf8')
    const loaded = [...client.matchAll(/\bfrom\s*"([^"]+)"|\b(?:import|require)\s*\(?\s*"([^"]+)"/g)].map(([, from, at]) => from ?? at)
    expect(loaded).to.have.members(['node:crypto', 'node:os'])
  })

  for (const type of ['module', 'commonjs'])
    it(`has a command that begins a project, and types for its files, in a project of type ${type}`, async () => {
      writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'shop', private: true, type }))
      writeFileSync(
        join(root, 'tsconfig.json'),
        '{ "compilerOptions": { "module": "nodenext", "strict": true, "noEmit": true }, "include": ["**/*.ts"] }',
      )
      const directory = ['--project-dir', type]
      mkdirSync(join(root, type))
      await inside('npx', 'interphase', 'init', ...directory)
      await inside('npx', 'interphase', 'new', '1.0', '010-orders', '--ts', ...directory)
      const examples = blocksOf(readFileSync(join(ROOT, 'docs', 'batches.md'), 'utf8')).filter(({ language }) => language === 'ts')
      examples.forEach(({ text }, index) => writeFileSync(join(root, type, `example-${index}.ts`), text))
      expect(examples).to.have.length.greaterThan(2)
      writeFileSync(join(root, type, 'wrong.ts'), ["import { migrate, sql } from 'interphase'", ...WRONG_STEPS, ''].join('\n'))
      const { stdout } = await inside(join(ROOT, 'node_modules', '.bin', 'tsc'), '-p', root).then(
        () => ({ stdout: 'no error' }),
        (error: unknown) => error as { readonly stdout: string },
      )
      rmSync(join(root, type, 'wrong.ts'))
      for (const [index, wrong] of WRONG_STEPS.entries()) expect(stdout, wrong).to.include(`wrong.ts(${index + 2},`)
      const complainedOf = stdout.match(/^\S+(?=\(\d+,\d+\): error)/gm) ?? []
      expect([...new Set(complainedOf)], stdout).to.deep.equal([`${type}/wrong.ts`])
      expect(JSON.parse(await inside('npx', 'interphase', 'new', '1.0', '020-x', '--json', ...directory))).to.have.property('files')
    })
})
