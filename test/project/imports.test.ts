import { expect } from 'chai'
import { type ImportInModuleText, parseImportsInModuleText } from '../../src/project/specifiers.ts'

const told = (sites: readonly ImportInModuleText[]) =>
  sites.map((connected) => ('specifier' in connected ? connected.specifier : `<${connected.problem}>`))
const COMPUTED = '<the file computes the name of an import, so the checksum cannot cover it>'
const HANDED_ON = '<the file passes require on, so its imports cannot be known>'
const RENAMED = '<the file creates a require() function under another name; name it require>'

type Case = readonly [code: string, specifiers: readonly string[]]

const BOTH: readonly Case[] = [
  [`import a from './a'`, ['./a']],
  [`import { a, b as c } from "./a"`, ['./a']],
  [`import a, { b } from './a'`, ['./a']],
  [`import * as a from './a'`, ['./a']],
  [`import{a}from'./a'`, ['./a']],
  [`import {\n  a, // don't\n  b,\n} from './a'`, ['./a']],
  [`import './a'`, ['./a']],
  [`export * from './a'; export { b } from './b'`, ['./a', './b']],
  [`export * as a from './a'`, ['./a']],
  [`const a = require('./a'), b = await import("./b")`, ['./a', './b']],
  [`import a from './a' with { type: 'json' }`, ['./a']],
  [`// import './a'\n/* import './b' */ const x = "import './c'"`, []],
  [`/** @type {import('./types')} */\nmodule.exports = {}`, []],
  [`const url = 'http://x'; import('./a')`, ['./a']],
  [`path.replace(/\\/*$/, ''); import('./a') /* end */`, ['./a']],
  [`/https?:\\/\\//.test(x); require('./a')`, ['./a']],
  [`const a = b / c; import('./a'); const d = e / f`, ['./a']],
  [`loader.import('./a'); reimport('./b')`, []],
  [`import(name); require(\`./\${name}\`)`, [COMPUTED, COMPUTED]],
  ['import(`./a`); require(`./b`)', ['./a', './b']],
  ['const help = `run import x from "./a" or require("./b")`', []],
  ['const u = `http://x`; import("./a")', ['./a']],
  [`const u = \`http://\${require("./host")}/\`; import("./a")`, ['./host', './a']],
  [`const deep = \`\${\`\${import("./a")}\`}\``, ['./a']],
  ['const c = `/*`; import("./a"); const d = `*/`', ['./a']],
  [`export const up = async ({ context }) => context.query("select 'x' from './y'")`, []],
  [`require.resolve('./a'); module.require('./c')`, ['./a', './c']],
  [`import.meta.resolve('./a'); import.meta.url`, ['./a']],
  [`if (require.main === module) run()\nif (typeof require === 'function') run()`, []],
  [`const r = require; r('./a')`, [HANDED_ON]],
  ['load(require)', [HANDED_ON]],
  [`const require = createRequire(import.meta.url); require('./a')`, ['./a']],
  [`const load = createRequire(import.meta.url); load('./a')`, [RENAMED]],
  [`import { createRequire } from 'node:module'`, ['node:module']],
  [`a.require('./a'); ({ require: 1, from: 2 }); class A { import() {} }`, []],
]

const TYPED: readonly Case[] = [
  [`import a = require('./a')`, ['./a']],
  [`import type { A } from './a'\nexport type { B } from './b'`, []],
  [`import type A = require('./a')`, []],
  [`export type { A }\nimport b from './b'`, ['./b']],
  [`import { type A } from './a'`, ['./a']],
  [`let x: import('./a').A; type B = typeof import('./b')`, []],
  [`const a = <A>(b: A) => import('./a')`, ['./a']],
  [`@decorated() class A { constructor(private a = require('./a')) {} }`, ['./a']],
  ['enum E { from = 1 }\nabstract class A { declare from: string }\nconst x = y!.from satisfies unknown', []],
]

describe('the imports of a module', () => {
  for (const [extension, cases] of [
    ['js', BOTH],
    ['ts', [...BOTH, ...TYPED]],
  ] as const) {
    for (const [code, specifiers] of cases) {
      it(`are ${specifiers.join(' and ') || 'none'} in .${extension} ${code.replaceAll('\n', ' ')}`, () => {
        expect(told(parseImportsInModuleText(code, `a.${extension}`))).to.deep.equal(specifiers)
      })
    }
  }

  it('are reported with their lines', () => {
    const sites = parseImportsInModuleText(`'use strict'\nconst a = require('./a')\n\nmodule.exports = { up: () => import(a) }`, 'a.cjs')
    expect(sites.map(({ line }) => line)).to.deep.equal([2, 4])
  })
})
