import type { PlannedMigration, PlannedPhase, ReleasePlan } from '../../plan/plan.ts'
import type { GateInReport, GateReport } from '../../status/reports/gate-report.ts'
import { formatCountWithNoun } from '../layout/text.ts'
import { formatDataStepCost, formatStatementCost } from '../render/cost.ts'

/** The content of the HTML page of `gate --report`: the answers of the gates, and the plans of the releases that are not done. */
export interface GatePageContent {
  readonly report: GateReport
  readonly plans: readonly ReleasePlan[]
  /** The time at which the command evaluated the gates. */
  readonly at: Date
}

/**
 * Returns the HTML page of `gate --report`: the migrations, the data that they destroy, their costs, the gates and the approvals.
 * The page uses no other file and no network, and can be printed.
 */
export function formatGatePage({ report, plans, at }: GatePageContent): string {
  const { release, phase } = report
  const plan = plans.find((one) => one.release === release)
  const planned = plan?.phases.find((one) => one.phase === phase)
  const title = release === undefined ? `${report.project}: nothing is left to run` : `${phase} of ${release}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escape(title)}</h1>
<p class="verdict ${report.open ? 'open' : 'shut'}">${verdict(report)}</p>
${facts([
  ['Project', report.project],
  ['Database', `${report.database} (${report.dialect})`],
  ['Plan', report.plan ?? 'none'],
  ['Asked at', `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`],
  ['Command', report.command ?? 'none'],
])}
</header>
${planned ? `<p class="promise">${escape(planned.promise)}</p>` : ''}
${destroyed(report.gates)}
${gatesSection(report)}
${peopleSection(report.gates)}
${planned ? runsSection(planned) : ''}
</body>
</html>
`
}

function verdict({ open, gates, release, consent }: GateReport): string {
  const shut = gates.filter(({ state }) => state !== 'open').length
  if (!open) return `Cannot start yet: ${formatCountWithNoun(shut, 'gate')} not open`
  if (release === undefined) return 'Every release is done'
  return consent === undefined ? 'Can start: every gate is open' : 'Can start with a confirmation of the data that it destroys'
}

function facts(rows: readonly (readonly [string, string])[]): string {
  return `<dl>${rows.map(([name, value]) => `<div><dt>${escape(name)}</dt><dd>${escape(value)}</dd></div>`).join('')}</dl>`
}

/** Returns the section of the gate page about the data that the phase destroys, with the numbers of rows. */
function destroyed(gates: readonly GateInReport[]): string {
  const consent = gates.find(({ gate }) => gate === 'destruction-confirmed')
  if (!consent) return ''
  const lines = consent.evidence
  const end = consent.consent === undefined ? 'These objects contain no data.' : 'The run asks for a confirmation of this list.'
  const list = `<ul class="destroyed">${items(lines)}</ul><p>${end}</p>`
  const unknown = `<p>Not known yet. ${escape(lines.join('. '))}.</p>`
  const body = consent.state === 'unseen' ? unknown : lines.length === 0 ? '<p>Nothing.</p>' : list
  return `<section><h2>What it destroys</h2>${body}</section>`
}

function gatesSection({ gates, notAsked, notInForce }: GateReport): string {
  const rows = gates.map(({ gate, parameters, state, evidence, remedy }) => {
    const values = Object.entries(parameters).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    const lines = evidence.length > 0 ? `<ul>${items(evidence)}</ul>` : ''
    const todo = remedy !== undefined && state !== 'open' ? `<p class="todo">What to do: ${escape(remedy)}</p>` : ''
    const detail = values.length > 0 ? `<p class="parameters">${escape(values.join(', '))}</p>` : ''
    return `<li class="gate ${state}"><span class="state">${state}</span><div><h3>${escape(gate)}</h3>${detail}${lines}${todo}</div></li>`
  })
  const skipped = notAsked.map(({ gate, because }) => `<p class="note">Not asked: ${escape(gate)}, because ${escape(because)}.</p>`)
  const rest = notInForce.length > 0 ? `<p class="note">Not in force: ${escape(notInForce.join(', '))}.</p>` : ''
  return `<section><h2>Gates</h2><ul class="gates">${rows.join('')}</ul>${skipped.join('')}${rest}</section>`
}

/** Returns the section of the gate page about the people who approved the plan or overrode a gate. */
function peopleSection(gates: readonly GateInReport[]): string {
  const approvals = gates.filter(({ gate }) => gate === 'approvals').flatMap(({ evidence }) => evidence)
  const overrides = gates.flatMap(({ gate, evidence }) =>
    evidence.filter((line) => line.startsWith('Overridden by ')).map((line) => `${gate}: ${line}`),
  )
  const lines = [...approvals, ...overrides]
  const body = lines.length > 0 ? `<ul>${items(lines)}</ul>` : '<p>The policy asks for no approvals, and no gate is overridden.</p>'
  return `<section><h2>Who decided</h2>${body}</section>`
}

function runsSection({ migrations }: PlannedPhase): string {
  return `<section><h2>What runs, and what it costs</h2>${migrations.map(migrationArticle).join('')}</section>`
}

function migrationArticle({ id, state, effects, does, despite, statements, costs, file, dataStep }: PlannedMigration): string {
  const told = [
    ...does,
    ...(dataStep ? [formatDataStepCost(dataStep)] : []),
    ...despite.map(({ effect, because }) => `despite ${effect}, because ${because}`),
  ]
  const code =
    statements.length > 0
      ? statements.map((statement, index) => statementBlock(statement, costs[index] && formatStatementCost(costs[index])))
      : [...costs.map((cost) => `<p class="cost">${escape(formatStatementCost(cost))}</p>`), `<p>${escape(file)}</p>`]
  const badges = [state, ...effects].map((word) => `<span class="badge">${escape(word)}</span>`).join(' ')
  return `<article><h3>${escape(id)}</h3><p>${badges}</p>${told.length > 0 ? `<ul class="changes">${items(told)}</ul>` : ''}${code.join('')}</article>`
}

function statementBlock(statement: string, cost: string | undefined): string {
  return `${cost === undefined ? '' : `<p class="cost">${escape(cost)}</p>`}<pre>${escape(statement.trim())}</pre>`
}

function items(lines: readonly string[]): string {
  return lines.map((line) => `<li>${escape(line)}</li>`).join('')
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}

// The colours of the gate page have a contrast of at least 4.5 to 1. The page also contains each state as a word, so that a
// black-and-white print shows it.
const STYLE = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; color: #1b1f24; background: #fff; font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { margin: 0 0 .5rem; font-size: 1.7rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid #c9d1d9; font-size: 1.2rem; }
h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere; }
p, ul { margin: .25rem 0; }
ul { padding-left: 1.25rem; }
li, dd, p { overflow-wrap: anywhere; }
.verdict { display: inline-block; margin: 0 0 1rem; padding: .35rem .75rem; border: 2px solid; border-radius: .35rem; font-weight: 700; }
.open { color: #116329; } .shut { color: #9a3412; } .unseen { color: #6f4400; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: .25rem 1.5rem; margin: 0; }
dl div { display: flex; gap: .5rem; } dt { flex: none; width: 5.5rem; color: #57606a; } dd { margin: 0; min-width: 0; }
.promise { margin-top: 1rem; font-style: italic; }
.gates, .changes { padding: 0; list-style: none; }
.gate { display: flex; gap: .75rem; padding: .6rem 0; border-bottom: 1px solid #e5e9ed; color: inherit; break-inside: avoid; }
.gate > div { min-width: 0; }
.state { flex: none; width: 4.8rem; height: 1.6rem; border: 1px solid; border-radius: .25rem; text-align: center; font-size: .9rem; font-weight: 700; }
.gate.open { color: #1b1f24; } .gate.open .state { color: #116329; } .gate.shut .state { color: #9a3412; } .gate.unseen .state { color: #6f4400; }
.gate.shut, .gate.unseen { color: #1b1f24; }
.parameters, .note, .cost { color: #57606a; font-size: .9rem; }
.todo { font-weight: 600; }
.gates p, .gates ul li { white-space: pre-line; }
.destroyed li { font-weight: 700; color: #9a3412; }
article { margin: 0 0 1rem; padding: .75rem; border: 1px solid #d0d7de; border-radius: .35rem; break-inside: avoid-page; }
.badge { display: inline-block; padding: 0 .5rem; border: 1px solid #c9d1d9; border-radius: 1rem; font-size: .85rem; }
pre { margin: .25rem 0 .5rem; padding: .6rem; background: #f6f8fa; border-radius: .25rem; font: .85rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 30rem) { body { padding: 1rem; } .gate { flex-direction: column; gap: .25rem; } }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } pre, .badge { border: 1px solid #c9d1d9; background: none; } }
`
