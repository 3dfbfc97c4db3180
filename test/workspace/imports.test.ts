import { expect } from 'chai'
import { specifiersIn } from '../../src/workspace/imports.ts'

describe('the imports of a module', () => {
  for (const [code, specifiers] of [
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
    [`import a = require('./a')`, ['./a']],
    [`import a from './a' with { type: 'json' }`, ['./a']],
    [`import type { A } from './a'\nexport type { B } from './b'`, []],
    [`export type { A }\nimport b from './b'`, ['./b']],
    [`import { type A } from './a'`, ['./a']],
    [`// import './a'\n/* import './b' */ const x = "import './c'"`, []],
    [`const url = 'http://x'; import('./a')`, ['./a']],
    [`path.replace(/\\/*$/, ''); import('./a') /* end */`, ['./a']],
    [`/https?:\\/\\//.test(x); require('./a')`, ['./a']],
    [`loader.import('./a'); reimport('./b'); import.meta.url`, []],
    [`import(name); require(\`./\${name}\`)`, ['<computed>', '<computed>']],
    [`export const up = async ({ context }) => context.query("select 'x' from './y'")`, []],
  ] as const) {
    it(`are ${specifiers.join(' and ') || 'none'} in ${code.replaceAll('\n', ' ')}`, () => {
      expect(specifiersIn(code)).to.deep.equal(specifiers)
    })
  }
})
