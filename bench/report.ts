import Table from 'cli-table3'
import type { Explained } from './explanation.ts'
import { median } from './measure.ts'

/** A bound of the benchmark, and how it came out. */
export interface Bound {
  readonly what: string
  readonly found: number
  readonly atMost: number
  readonly unit: 'times' | 'MB' | 's' | 'ms'
  readonly holds: boolean
}

export interface Report {
  readonly node: string
  readonly server: string
  readonly migrations: number
  readonly rounds: number
  /** Milliseconds by what was measured, in the order of the rounds. */
  readonly samples: { readonly [Measure in string]: readonly number[] }
  readonly bounds: readonly Bound[]
  readonly explained: Explained
  /** What was not measured, and why. */
  readonly missing: readonly string[]
}

export function bound(what: string, found: number, atMost: number, unit: Bound['unit']): Bound {
  return { what, found: Number(found.toFixed(2)), atMost, unit, holds: found <= atMost }
}

export function printed({ node, server, migrations, rounds, samples, bounds, missing }: Report): string {
  const times = new Table({
    head: ['measured', 'median ms', 'rounds'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'left'],
  })
  for (const [what, all] of Object.entries(samples)) times.push([what, ms(median(all)), all.map(ms).join(' ')])
  const table = new Table({
    head: ['bound', 'found', 'at most', ''],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'left'],
  })
  for (const { what, found, atMost, unit, holds } of bounds) {
    table.push([what, `${found} ${unit}`, `${atMost} ${unit}`, holds ? 'holds' : 'BROKEN'])
  }
  const head = `${migrations} migrations of one statement, medians of ${rounds}; PostgreSQL ${server}, node ${node}`
  return [head, times.toString(), table.toString(), ...missing.map((line) => `Not measured: ${line}`)].join('\n')
}

function ms(value: number): string {
  return value.toFixed(0)
}
