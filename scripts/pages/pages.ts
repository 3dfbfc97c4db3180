import { makePlanJsonSchema } from '../../src/cli/documents/plan-document.ts'
import { makePolicyJsonSchema } from '../../src/phase/policy.ts'
import { makeConfigJsonSchema } from '../../src/project/config.ts'
import { makeRehearsalJsonSchema } from '../../src/rehearse/rehearsal.ts'
import { makeReleaseJsonSchema } from '../../src/release/release-json.ts'
import { makeCheckJsonSchema } from '../../src/status/reports/check-report.ts'
import { makeDriftJsonSchema } from '../../src/status/reports/drift-report.ts'
import { makeFleetJsonSchema } from '../../src/status/reports/fleet-report.ts'
import { makeGateJsonSchema } from '../../src/status/reports/gate-report.ts'
import { makeStatusJsonSchema } from '../../src/status/reports/report.ts'
import { makeRunsCommandJsonSchema } from '../../src/status/reports/runs-report.ts'
import { cliPage } from './cli-page.ts'
import { errorPages, errorsPage } from './errors-page.ts'
import { schemaPage } from './schema-page.ts'
import { statementsPage } from './statements-page.ts'
import { statesPage } from './states-page.ts'

/** A file of this repository that is generated from the source. Do not edit it. */
export interface Page {
  /** Relative to the root of the repository. */
  readonly file: string
  readonly text: () => string | Promise<string>
}

export const PAGES: readonly Page[] = [
  { file: 'docs/errors.md', text: errorsPage },
  ...errorPages().map(({ file, text }) => ({ file, text: () => text })),
  { file: 'docs/cli.md', text: cliPage },
  { file: 'docs/statements.md', text: statementsPage },
  { file: 'docs/states.md', text: statesPage },
  { file: 'docs/status.schema.json', text: () => schemaPage(makeStatusJsonSchema()) },
  { file: 'docs/drift.schema.json', text: () => schemaPage(makeDriftJsonSchema()) },
  { file: 'docs/runs.schema.json', text: () => schemaPage(makeRunsCommandJsonSchema()) },
  { file: 'docs/gate.schema.json', text: () => schemaPage(makeGateJsonSchema()) },
  { file: 'docs/fleet.schema.json', text: () => schemaPage(makeFleetJsonSchema()) },
  { file: 'docs/check.schema.json', text: () => schemaPage(makeCheckJsonSchema()) },
  { file: 'docs/plan.schema.json', text: () => schemaPage(makePlanJsonSchema()) },
  { file: 'docs/rehearsal.schema.json', text: () => schemaPage(makeRehearsalJsonSchema()) },
  { file: 'docs/config.schema.json', text: () => schemaPage(makeConfigJsonSchema()) },
  { file: 'docs/release.schema.json', text: () => schemaPage(makeReleaseJsonSchema()) },
  { file: 'phases/policy.schema.json', text: () => schemaPage(makePolicyJsonSchema()) },
]
