import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorMessageOf, InterphaseError } from '../error.ts'

// The namespace of the signatures of approvals. Because of the namespace, a signature of a commit or a file is not a valid
// approval.
const NAMESPACE = 'interphase'

/** The name of the file with the public keys of approvers. The file is in the directory of the configuration. */
export const ALLOWED_SIGNERS_FILE = 'allowed-signers'

/**
 * Returns the signature of a text, which `ssh-keygen -Y sign` makes. `key` is the path of a private key, or of a public key whose
 * private key is in the SSH agent. Throws `approval.unsigned` if ssh-keygen did not sign the text, and `approval.no-ssh-keygen`
 * if the program cannot be started.
 */
export async function signApproval(text: string, key: string): Promise<string> {
  const { code, output, errors } = await run(['-Y', 'sign', '-n', NAMESPACE, '-f', key], text)
  if (code === 0 && output.includes('BEGIN SSH SIGNATURE')) return output
  throw new InterphaseError('approval.unsigned', { key, problem: lastLine(errors) })
}

/** The result of a check of a signature: the fingerprint of the key, or the problem. */
export type ApprovalSignatureCheckResult = { readonly key: string } | { readonly problem: string }

/**
 * Checks with `ssh-keygen -Y verify` that the approver signed the text, with a key in the file of allowed signers. Throws
 * `approval.no-ssh-keygen` if the program cannot be started.
 */
export async function checkApprovalSignature(
  { text, approver, signature }: { readonly text: string; readonly approver: string; readonly signature: string },
  allowedSigners: string,
): Promise<ApprovalSignatureCheckResult> {
  const directory = await mkdtemp(join(tmpdir(), 'interphase-signature-'))
  try {
    const file = join(directory, 'approval.sig')
    await writeFile(file, signature)
    const { code, output, errors } = await run(['-Y', 'verify', '-n', NAMESPACE, '-f', allowedSigners, '-I', approver, '-s', file], text)
    const [, key] = / key (SHA256:\S+)/.exec(output) ?? []
    return code === 0 && key !== undefined ? { key } : { problem: lastLine(`${output}\n${errors}`) }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function run(args: readonly string[], input: string): Promise<{ readonly code: number; readonly output: string; readonly errors: string }> {
  return new Promise((resolve, reject) => {
    // The engine sends the text of the approval to the stdin of ssh-keygen. ssh-keygen does not need its stdin for a passphrase,
    // because it reads a passphrase from the terminal.
    const child = spawn('ssh-keygen', args, { stdio: 'pipe', env: { ...process.env, LC_ALL: 'C' } })
    let output = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    child.once('error', (error) =>
      reject(new InterphaseError('approval.no-ssh-keygen', { problem: errorMessageOf(error) }, { cause: error })),
    )
    child.once('close', (code) => resolve({ code: code ?? -1, output, errors }))
    // An error of writing to the stdin of ssh-keygen is ignored, because a program that ends early closes the pipe. The engine
    // uses the exit code of the program.
    child.stdin.on('error', () => undefined).end(input)
  })
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
