import type { SequenceObject } from '../../../schema/object.ts'
import { MysqlDefinitionTokenReader } from '../text/cursor.ts'

/** Returns the schema object of a sequence from the output of SHOW CREATE SEQUENCE. */
export function makeMysqlSequenceObject(name: string, created: string): SequenceObject {
  const cursor = new MysqlDefinitionTokenReader(created)
  const numbers = new Map<string, string>()
  let type = 'bigint'
  let cycle = false
  while (!cursor.done) {
    const word = cursor.next()?.value ?? ''
    if (word === 'AS') type = cursor.until('START').text.toLowerCase()
    else if (word === 'CYCLE') cycle = true
    else if (/^(?:START|MINVALUE|MAXVALUE|INCREMENT)$/.test(word)) numbers.set(word, readNumber(cursor))
  }
  return {
    kind: 'sequence',
    name,
    type,
    start: numbers.get('START') ?? '',
    increment: numbers.get('INCREMENT') ?? '',
    minimum: numbers.get('MINVALUE') ?? '',
    maximum: numbers.get('MAXVALUE') ?? '',
    ...(cycle ? { cycle: true } : {}),
  }
}

function readNumber(cursor: MysqlDefinitionTokenReader): string {
  cursor.skip('WITH')
  cursor.skip('BY')
  const sign = cursor.skip('-') ? '-' : ''
  return `${sign}${cursor.name()}`
}
