import type { Log, ReportingDescriptor, Result } from 'sarif'
import { sha256Digest } from '../../digest.ts'
import { ERROR_WORDINGS, type ErrorCode, listRemedies } from '../../error.ts'
import type { CheckFinding, CheckReport } from '../../status/reports/check-report.ts'
import { VERSION } from '../../version.ts'

/** Returns the report of `interphase check` in the format SARIF 2.1.0, with paths relative to the root of the repository. */
export function makeSarifDocument({ findings, directory }: CheckReport): Log {
  const codes = [...new Set(findings.map(({ code }) => code))].sort()
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'interphase', version: VERSION, semanticVersion: VERSION, rules: codes.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => resultOf(finding, codes.indexOf(finding.code), directory)),
      },
    ],
  }
}

function ruleOf(code: string): ReportingDescriptor {
  const { remedy, page } = wordingOf(code)
  const means = page?.means ?? remedy
  const example = page === undefined ? '' : `\n\n\`\`\`text\n${page.example}\n\`\`\``
  return {
    id: code,
    shortDescription: { text: firstSentence(means) },
    fullDescription: { text: means },
    help: { text: `${means}\n\n${remedy}`, markdown: `${means}${example}\n\n${remedy}` },
  }
}

interface Wording {
  readonly remedy: string
  readonly page?: { readonly means: string; readonly example: string }
}

function wordingOf(code: string): Wording {
  if (!isErrorCode(code)) return { remedy: '' }
  const { page } = ERROR_WORDINGS[code]
  const remedies = listRemedies(code).map(({ when, remedy }) => (when === undefined ? remedy : `${when}:\n${remedy}`))
  return { remedy: remedies.join('\n\n'), ...(page && { page }) }
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_WORDINGS, code)
}

function firstSentence(text: string): string {
  return /^.*?[.](?=\s|$)/s.exec(text)?.[0] ?? text
}

function resultOf(finding: CheckFinding, ruleIndex: number, directory: string): Result {
  const { code, severity, says, remedy, dialects, exception, migration, object } = finding
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: `${says}\n${remedy}` },
    locations: [locationOf(finding, directory)],
    // The fingerprint of a finding does not contain the line number. The fingerprint therefore stays the same when an author adds
    // lines above the finding.
    partialFingerprints: { 'interphase/v1': sha256Digest(code, migration ?? finding.file ?? '', object ?? says).slice(0, 32) },
    ...(exception && { suppressions: [{ kind: 'inSource', status: 'accepted', justification: exception.because }] }),
    properties: { dialects },
  }
}

/**
 * Returns the file and line of a finding for SARIF. Code hosts ignore a finding without a file, so a finding about the whole
 * project has the directory of the configuration as its file.
 */
function locationOf({ file, line, migration }: CheckFinding, directory: string) {
  const path = [directory, file ?? ''].filter((part) => part !== '').join('/')
  return {
    physicalLocation: {
      artifactLocation: { uri: path.split('/').map(encodeURIComponent).join('/') || '.', uriBaseId: '%SRCROOT%' },
      ...(line !== undefined && { region: { startLine: line } }),
    },
    ...(migration !== undefined && { logicalLocations: [{ fullyQualifiedName: migration, kind: 'module' }] }),
  }
}
