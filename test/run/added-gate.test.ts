import { execFile } from 'node:child_process'
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from '@babel/parser'
import { expect } from 'chai'
import type { Interphase as Engine } from '../../src/engine.ts'
import { GATE_NAMES, type GateName } from '../../src/phase/gate.ts'
import { ROOT } from '../structure/source.ts'
import { project, removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { closeSessions, contracted, GATE_CASES, inPolicy, withGateShut } from './gate-cases.ts'

/** A gate that answers as this one does, under another name. */
const added = (gate: GateName) => `${gate}-too`

describe('a gate that is added in the files that docs/architecture.md names', () => {
  let copy: string

  before(() => {
    copy = project({})
    for (const path of ['src', 'phases', 'package.json', 'tsconfig.json']) cpSync(join(ROOT, path), join(copy, path), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
    for (const gate of GATE_NAMES) {
      const touched = filesToTouch().filter((file) => addBeside(join(copy, 'src', file), gate))
      expect(touched, `the files that mention ${gate}`).to.deep.equal(filesToTouch())
    }
  })

  after(removeProjects)
  after(closeSessions)

  it('compiles', async () => {
    const { stdout } = await promisify(execFile)(join(ROOT, 'node_modules', '.bin', 'tsc'), ['--noEmit', '-p', copy]).catch(
      (error: { readonly stdout: string }) => error,
    )
    expect(stdout).to.equal('')
  })

  // The gate answers as the one that it repeats, which test/run/gates.test.ts tests on each server.
  onServers(['postgres'], (server) => {
    it('is asked by the run, and holds the phase', async () => {
      const { Interphase } = (await import(join(copy, 'src', 'engine.ts'))) as { readonly Interphase: typeof Engine }
      for (const gate of GATE_NAMES) {
        const { confirmed, code, evidence, always = false } = GATE_CASES[gate]
        const chain = await withGateShut(server, gate, [inPolicy(gate, added(gate))])
        const engine = await Interphase.open({ directory: chain.root, databaseUrl: chain.url })
        expect(await contracted(engine, confirmed), gate).to.deep.equal({
          code,
          exitCode: 6,
          evidence: always ? [...evidence, ...evidence] : evidence,
        })
      }
    })
  })
})

/** The files of src/ that every new gate needs, according to the page. */
function filesToTouch(): readonly string[] {
  const page = readFileSync(join(ROOT, 'docs', 'architecture.md'), 'utf8')
  const [, section = ''] = /^### A gate$(.*?)^### /ms.exec(page) ?? []
  const rows = [...section.matchAll(/^\| (`.*?) \| (.*?) \|$/gm)].filter(([, , change = '']) => !change.startsWith('If '))
  const files = rows.flatMap(([, names = '']) => [...names.matchAll(/`([\w/.-]+\.ts)`/g)].map(([, file = '']) => file))
  expect(files).not.to.have.length(0)
  return files.filter((file) => !file.startsWith('test/'))
}

/** Repeats every row and every list element of this gate under the new name. False where the file has none. */
function addBeside(path: string, gate: GateName): boolean {
  const text = readFileSync(path, 'utf8')
  const places = placesOf(parse(text, { sourceType: 'module', plugins: ['typescript'] }).program as unknown as Node, gate)
  const more = places.toSorted((a, b) => b.start - a.start)
  const added = more.reduce(
    (all, { start, end, joint }) => all.slice(0, start) + renamed(text.slice(start, end), gate) + joint + all.slice(start),
    text,
  )
  writeFileSync(path, added)
  return places.length > 0
}

function renamed(text: string, gate: GateName): string {
  return text.replace(gate, added(gate))
}

interface Place {
  readonly start: number
  readonly end: number
  /** What separates two of these. */
  readonly joint: string
}

/** Everything in a list, a union or an object that is the gate's name, or stands under it. */
function placesOf(node: Node, gate: GateName): readonly Place[] {
  const own = membersOf(node).filter(({ member, key }) => isNode(member) && isNode(key) && key['value'] === gate)
  const within = Object.values(node).flat().filter(isNode)
  return [...own.map(({ member: { start, end }, joint }) => ({ start, end, joint })), ...within.flatMap((one) => placesOf(one, gate))]
}

function membersOf(node: Node) {
  const list = (name: string, key: (one: Node) => unknown, joint: string) =>
    [node[name]]
      .flat()
      .filter(isNode)
      .map((member) => ({ member, key: key(member), joint }))
  if (node.type === 'ArrayExpression') return list('elements', (one) => one, ', ')
  if (node.type === 'ObjectExpression') return list('properties', (one) => one['key'], ', ')
  if (node.type === 'TSUnionType') return list('types', (one) => one['literal'], ' | ')
  return []
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [name: string]: unknown
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && 'start' in value
}
