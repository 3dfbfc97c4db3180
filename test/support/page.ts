import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { masked, presentable } from './mask.ts'
import { put } from './project.ts'

/**
 * A fenced block of a page. A block `console` contains commands and their output. Another block with a file name contains a file.
 */
export interface Block {
  readonly language: string
  /** The name of the file, which follows the language in the fence. */
  readonly file: string | undefined
  readonly text: string
}

const FENCE = /^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm

export function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(FENCE)].map(([, language = '', file, text = '']) => ({ language, file, text }))
}

/** Returns the targets of the links of a page to other files or headings. */
export function linksIn(page: string): readonly string[] {
  const withoutCode = page.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*\]\([^`\n]*`/g, '')
  return [...withoutCode.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target).filter((target) => !/^https?:/.test(target))
}

export interface Command {
  /** The command after `$`, with its continuation lines. */
  readonly line: string
  /** The output that the page shows for the command. */
  readonly expected: string
}

export function commandsOf({ text }: Block): readonly Command[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const lines = part.split('\n')
      const end = lines.findIndex((line) => !line.endsWith('\\'))
      return {
        line: lines.slice(0, end + 1).join('\n'),
        expected: lines
          .slice(end + 1)
          .join('\n')
          .trim(),
      }
    })
}

/** Returns the output of a command on both streams, in the order in which it was written. */
export async function seen(command: string, directory: string, env: NodeJS.ProcessEnv): Promise<string> {
  const file = join(directory, '.seen')
  const output = openSync(file, 'w')
  const child = spawn('sh', ['-c', command], { cwd: directory, env, stdio: ['ignore', output, output] })
  await once(child, 'close')
  const text = readFileSync(file, 'utf8')
  rmSync(file)
  return text.trim()
}

/** Executes one block of a page in a directory. Returns the block with the actual output if the output differs from the page. */
export async function follow(block: Block, directory: string, env: NodeJS.ProcessEnv): Promise<string> {
  if (block.language !== 'console') {
    if (block.file !== undefined) put(directory, { [block.file]: block.text })
    return block.text
  }
  const parts: string[] = []
  for (const { line, expected } of commandsOf(block)) {
    const printed = await seen(line, directory, env)
    const kept = masked(printed) === masked(expected) ? expected : presentable(printed)
    parts.push(`$ ${line}\n${kept === '' ? '' : `${kept}\n`}`)
  }
  return parts.join('\n')
}

/** Whether the output is written into the page instead of being compared with the page. Set by `UPDATE_DOCS=1`. */
export const UPDATES = (process.env['UPDATE_DOCS'] ?? '') !== ''

/** Returns the page with the given texts as its blocks, in order. */
export function withBlocks(page: string, texts: readonly string[]): string {
  let index = 0
  return page.replaceAll(FENCE, (whole: string, _language: string, _file: string | undefined, text: string) => {
    const after = texts[index] ?? text
    index += 1
    return `${whole.slice(0, whole.length - text.length - 3)}${after}\`\`\``
  })
}
