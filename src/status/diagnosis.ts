import { InterphaseError } from '../error.ts'
import { hasLedger, readHistory } from '../ledger/read.ts'
import type { Site } from '../run/site.ts'

/** What was looked at, and how it was found. */
export interface Finding {
  readonly about: 'server' | 'lock' | 'ledger' | 'schema' | 'releases'
  readonly good: boolean
  readonly says: string
}

/** Looks at everything that a run needs and changes nothing: who answers, who holds the lock, whose ledger it is. */
export async function diagnose(site: Site): Promise<readonly Finding[]> {
  const { session, dialect, config, chain } = site
  return [
    good('server', `${dialect.name} ${session.version.text} at ${session.where} answers, as connection ${session.backend}`),
    await lockOf(site),
    await ledgerOf(site),
    await schemaOf(site),
    good('releases', `${chain.releases.length} of ${config.project} for ${dialect.name} in ${config.releases}/`),
  ]
}

async function lockOf({ dialect, session, config }: Site): Promise<Finding> {
  const holder = await dialect.mutex.holder(session, { project: config.project })
  return holder ? { about: 'lock', good: false, says: `held by ${holder.says}` } : good('lock', 'free')
}

async function ledgerOf({ dialect, session, config }: Site): Promise<Finding> {
  if (!(await hasLedger(session, dialect))) return good('ledger', 'none; the first run makes it')
  try {
    const history = await readHistory(session, dialect, config.project)
    if (!history) return good('ledger', `there is one, and ${config.project} is not in it`)
    const { format, epoch, applied } = history
    return good('ledger', `format ${format}, epoch ${epoch}, ${applied.length} migrations of ${config.project}`)
  } catch (error) {
    if (!(error instanceof InterphaseError)) throw error
    return { about: 'ledger', good: false, says: `${error.message}. ${error.remedy}` }
  }
}

async function schemaOf({ dialect, session, clock }: Site): Promise<Finding> {
  const startedMs = clock.elapsedMs()
  const { state, remarks } = await dialect.catalog.read(session, 'whole')
  const tookMs = Math.round(clock.elapsedMs() - startedMs)
  const says = [`${state.groups.size} tables and other objects, read in ${tookMs} ms`, ...remarks]
  return good('schema', says.join('; '))
}

function good(about: Finding['about'], says: string): Finding {
  return { about, good: true, says }
}
