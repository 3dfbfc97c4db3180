import { planJsonSchema } from '../../src/cli/render/plan-document.ts'
import { policyJsonSchema } from '../../src/phase/policy.ts'
import { configJsonSchema } from '../../src/project/config.ts'
import { rehearsalJsonSchema } from '../../src/rehearse/rehearsal.ts'
import { releaseJsonSchema } from '../../src/release/release-json.ts'
import { checkJsonSchema } from '../../src/status/check-report.ts'
import { statusJsonSchema } from '../../src/status/report.ts'
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
  { file: 'docs/status.schema.json', text: () => schemaPage(statusJsonSchema()) },
  { file: 'docs/check.schema.json', text: () => schemaPage(checkJsonSchema()) },
  { file: 'docs/plan.schema.json', text: () => schemaPage(planJsonSchema()) },
  { file: 'docs/rehearsal.schema.json', text: () => schemaPage(rehearsalJsonSchema()) },
  { file: 'docs/config.schema.json', text: () => schemaPage(configJsonSchema()) },
  { file: 'docs/release.schema.json', text: () => schemaPage(releaseJsonSchema()) },
  { file: 'phases/policy.schema.json', text: () => schemaPage(policyJsonSchema()) },
]
