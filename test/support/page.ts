import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { masked, presentable } from './mask.ts'
import { put } from './project.ts'

/** A fenced block of a page. `console` holds commands and what they print; any other with a word behind it is a file. */
export interface Block {
  readonly language: string
  /** The word behind the language: where the file goes. */
  readonly file: string | undefined
  readonly text: string
}

const FENCE = /^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm

export function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(FENCE)].map(([, language = '', file, text = '']) => ({ language, file, text }))
}

export interface Command {
  /** As it is written behind the `$`, with the lines that continue it. */
  readonly line: string
  /** What the page says it prints. */
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

/** What a person at a terminal would see: both streams, in the order in which they were written. */
export async function seen(command: string, directory: string, env: NodeJS.ProcessEnv): Promise<string> {
  const file = join(directory, '.seen')
  const output = openSync(file, 'w')
  const child = spawn('sh', ['-c', command], { cwd: directory, env, stdio: ['ignore', output, output] })
  await once(child, 'close')
  const text = readFileSync(file, 'utf8')
  rmSync(file)
  return text.trim()
}

/** One block done as a reader would; gives the block as it should stand. */
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

/** `UPDATE_DOCS=1` writes what was printed into the page instead of comparing. */
export const UPDATES = (process.env['UPDATE_DOCS'] ?? '') !== ''

/** The page with these texts in its blocks, in order. */
export function withBlocks(page: string, texts: readonly string[]): string {
  let index = 0
  return page.replaceAll(FENCE, (whole: string, _language: string, _file: string | undefined, text: string) => {
    const after = texts[index] ?? text
    index += 1
    return `${whole.slice(0, whole.length - text.length - 3)}${after}\`\`\``
  })
}
