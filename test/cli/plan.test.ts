import { expect } from 'chai'
import { formatPlansAsMermaid } from '../../src/cli/documents/mermaid.ts'
import { PlanDocumentShape } from '../../src/cli/documents/plan-document.ts'
import { formatBytes, formatStatementCost } from '../../src/cli/render/cost.ts'
import { formatPlans, makePlanDocument } from '../../src/cli/render/plan.ts'
import { estimateStatementCost, type StatementCostEstimate } from '../../src/plan/estimate.ts'
import type { PlannedMigration, ReleasePlan } from '../../src/plan/plan.ts'

const SIZES = new Map([['widget', { bytes: 1_200_000_000, rows: 12_000_000 }]])
const cost = (blocks: StatementCostEstimate['blocks'], works: StatementCostEstimate['works'], ...tables: readonly string[]) =>
  estimateStatementCost({ blocks, works, tables }, SIZES)

describe('what a plan says of the price', () => {
  it('is whom a statement keeps waiting and how much it works, on tables of this size', () => {
    expect(formatStatementCost(cost('everyone', 'rewrite', 'widget'))).to.equal(
      'rewrites widget (1.2 GB, about 12,000,000 rows), everyone waits, for about 1 min 25 s: high',
    )
    expect(formatStatementCost(cost('ddl', 'scan', 'widget'))).to.match(
      /^reads all of widget \(.*\), other schema changes wait, for about 24.0 s$/,
    )
    expect(formatStatementCost(cost('nobody', 'scan', 'widget'))).to.match(/\), nobody waits$/)
    expect(formatStatementCost(cost('everyone', 'instant', 'part', 'widget'))).to.equal('everyone waits for a moment at part and widget')
    expect(formatStatementCost(cost('writes', 'scan', 'part'))).to.equal('reads all of part, writes wait: high')
    expect(formatStatementCost(cost('nobody', 'instant'))).to.equal('nobody waits')
  })

  it('has sizes as people write them', () => {
    const texts = [0, 999, 1000, 8192, 999_400, 1_234_567, 12_345_678_901, 5e15].map(formatBytes)
    expect(texts).to.deep.equal(['0 bytes', '999 bytes', '1 kB', '8.2 kB', '999 kB', '1.2 MB', '12 GB', '5000 TB'])
  })

  it('stands above each statement, and beside a function', () => {
    expect(formatPlans([PLAN])).to.include('      -- everyone waits for a moment at widget\n      ALTER TABLE widget ADD x int;\n')
    expect(formatPlans([PLAN])).to.include(
      '      -- reads all of widget (1.2 GB, about 12,000,000 rows), nobody waits\n      (a function, r/020-b.migrate.ts)',
    )
  })

  it('is in the document, which is as its schema says', () => {
    const document = PlanDocumentShape.parse(
      JSON.parse(JSON.stringify(makePlanDocument([PLAN], { problems: [], exitCode: 3, next: NEXT }))),
    )
    expect(document.releases[0]?.phases[0]?.migrations[0]?.costs[0]).to.include({ blocks: 'everyone', works: 'instant', severity: 'low' })
  })

  it('is a flowchart where that is wanted', () => {
    expect(
      formatPlansAsMermaid([PLAN])
        .split('\n')
        .map((line) => line.trim()),
    ).to.include.members([
      'flowchart TD',
      'subgraph r0["r #34;one#34;"]',
      'subgraph r0_expand["expand"]',
      'm0["010-a.expand<br/>adds<br/>everyone waits for a moment at widget"]',
      'm1["020-b.migrate<br/>writes-rows<br/>reads all of widget (1.2 GB, about 12,000,000 rows), nobody waits"]',
      'm0 --> m1',
      'class m0 done',
      'class m1 low',
    ])
    expect(formatPlansAsMermaid([])).to.match(/^flowchart TD\n/)
  })
})

const NEXT = { release: 'r "one"', phase: 'migrate' as const, migrations: ['r/020-b.migrate'], command: 'interphase migrate', held: [] }

const MIGRATION: PlannedMigration = {
  id: 'r/010-a.expand',
  file: 'r/010-a.expand.sql',
  checksum: 'a',
  state: 'done',
  path: 'together',
  statements: ['ALTER TABLE widget ADD x int'],
  does: ['+ column widget.x'],
  touches: ['table:widget'],
  writesRows: false,
  effects: ['adds'],
  costs: [cost('everyone', 'instant', 'widget')],
  despite: [],
}

const STEP: PlannedMigration = {
  ...MIGRATION,
  id: 'r/020-b.migrate',
  file: 'r/020-b.migrate.ts',
  state: 'waiting',
  statements: [],
  writesRows: true,
  effects: ['writes-rows'],
  costs: [cost('nobody', 'scan', 'widget')],
}

const PLAN: ReleasePlan = {
  project: 'shop',
  dialect: 'postgres',
  release: 'r "one"',
  phases: [
    { phase: 'expand', promise: 'Nobody notices.', policy: 'p1:1', gates: [], migrations: [MIGRATION] },
    { phase: 'migrate', promise: 'Both go on.', policy: 'p1:2', gates: [], migrations: [STEP] },
  ],
  refused: [],
  fingerprint: 'r1:1',
}
