import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { masked, presentable } from './mask.ts'
import { put } from './project.ts'
import type { Reader } from './reader.ts'

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

// If the variable is set, the tests write the actual output into the pages instead of comparing it with the pages.
export const UPDATES = (process.env['UPDATE_DOCS'] ?? '') !== ''

/**
 * Executes the blocks of a page in order, and expects the output that the page shows. With `UPDATE_DOCS=1`, writes the actual output
 * into the page instead. `prepare` runs after each block, before its output is compared.
 */
export async function followPage(
  page: string,
  { directory, env }: Pick<Reader, 'directory' | 'env'>,
  prepare: (block: Block) => Promise<void> = async () => {},
): Promise<void> {
  const before = readFileSync(page, 'utf8')
  const texts: string[] = []
  for (const block of blocksOf(before)) {
    const text = await follow(block, directory, env)
    await prepare(block)
    if (!UPDATES) expect(masked(text)).to.equal(masked(block.text))
    texts.push(text)
  }
  if (UPDATES) writeFileSync(page, withBlocks(before, texts))
}

/** Returns the page with the given texts as its blocks, in order. */
function withBlocks(page: string, texts: readonly string[]): string {
  let index = 0
  return page.replaceAll(FENCE, (whole: string, _language: string, _file: string | undefined, text: string) => {
    const after = texts[index] ?? text
    index += 1
    return `${whole.slice(0, whole.length - text.length - 3)}${after}\`\`\``
  })
}
