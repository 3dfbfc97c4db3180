import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { ROOT } from '../structure/source.ts'
import { blocksOf, linksIn } from '../support/page.ts'
import { unexportedTypesOf } from '../support/public-types.ts'

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

/** A module that exports values whose types TypeScript infers. The declaration of the module must name each of these types. */
const USES_OF_TYPES = `import { Interphase, contract, defineConfig, differences, expand, fingerprint, isError, migrate, sql } from 'interphase'
import { assertCompatible, joinFleet } from 'interphase/fleet'

declare const engine: Interphase
export const { record, rehearse, rehearseAt, check, stateAt, status, runs, gate, drift, fleet, decide, history, plan, planAndStatus } = engine
export const { upgrade, buildFromSnapshot, undo, diagnose, begin, squash, importSequelize, draft, adopt, verifyLog } = engine
export const { init, initFrom, open } = Interphase
export { assertCompatible, contract, defineConfig, differences, expand, fingerprint, isError, joinFleet, migrate, sql }
export const migration = async () => (await engine.plan())[0]?.phases[0]?.migrations[0]
export const fragment = sql\`upper(name)\`
`

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

  it('exports every type that the types of its exports use', () => {
    for (const entry of ['index.d.ts', 'fleet/index.d.ts'])
      expect(unexportedTypesOf(join(root, 'node_modules', 'interphase', 'dist', entry)), entry).to.deep.equal([])
  })

  it('contains every file to which its pages link', () => {
    const installed = join(root, 'node_modules', 'interphase')
    const pages = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.md') && !name.includes('node_modules'),
    )
    const links = pages.flatMap((page) => linksIn(readFileSync(join(installed, page), 'utf8')).map((target) => ({ page, target })))
    const missing = links.filter(({ page, target }) => {
      const [path = ''] = target.split('#')
      return path !== '' && !existsSync(join(installed, dirname(page), path))
    })
    expect(links.length).to.be.greaterThan(500)
    expect(missing).to.deep.equal([])
  })

  // The options that tsc --init writes, in a package of each type, and the two ways to resolve modules.
  for (const [type, options] of [
    ['module', { module: 'nodenext' }],
    ['commonjs', { module: 'nodenext' }],
    ['module', { module: 'esnext', moduleResolution: 'bundler' }],
  ] as const)
    it(`has files that type-check with the options of tsc --init and ${JSON.stringify(options)}, of type ${type}`, async () => {
      const directory = join(root, `init-${type}-${options.module}`)
      mkdirSync(directory)
      writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'shop', private: true, type }))
      const compiler = join(ROOT, 'node_modules', '.bin', 'tsc')
      const at = { cwd: directory }
      await run(compiler, ['--init'], at)
      const written = readFileSync(join(directory, 'tsconfig.json'), 'utf8')
      expect(written)
        .to.include('"declaration": true')
        .and.include('"verbatimModuleSyntax": true')
        .and.include('"exactOptionalPropertyTypes": true')
      writeFileSync(
        join(directory, 'tsconfig.check.json'),
        JSON.stringify({ extends: './tsconfig.json', compilerOptions: { ...options, outDir: 'out' }, include: ['**/*.ts', '**/*.mts'] }),
      )
      const extension = type === 'module' ? 'ts' : 'mts'
      const command = join(root, 'node_modules', '.bin', 'interphase')
      expect((await run(command, ['init'], at)).stdout).to.include(`wrote interphase.config.${extension}`)
      await run(command, ['new', '1.0', '010-orders', '--ts'], at)
      writeFileSync(join(directory, `use.${extension}`), USES_OF_TYPES)
      const { stdout } = await run(compiler, ['-p', 'tsconfig.check.json'], at).catch(
        (error: unknown) => error as { readonly stdout: string },
      )
      expect(stdout).to.equal('')
      for (const phase of ['expand', 'migrate', 'contract']) {
        const declared = readFileSync(join(directory, 'out', 'releases', '1.0', `010-orders.${phase}.d.${extension}`), 'utf8')
        expect(declared).to.include('DefinedMigration')
      }
      expect(JSON.parse((await run(command, ['new', '1.0', '020-x', '--json'], at)).stdout)).to.have.property('files')
    })

  for (const type of ['module', 'commonjs'])
    it(`has a command that begins a project, and types for its files, in a project of type ${type}`, async () => {
      writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'shop', private: true, type }))
      writeFileSync(
        join(root, 'tsconfig.json'),
        '{ "compilerOptions": { "module": "nodenext", "strict": true, "noEmit": true }, "include": ["**/*.ts", "**/*.mts"] }',
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
