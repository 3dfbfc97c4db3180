import { isError } from '../../src/error.ts'
import type { ChainOnServer } from './chain.ts'

/** Runs contract, and returns the reasons for which contract is held, or `contract ran`. */
export async function reasonsWhyContractIsHeld(chain: Pick<ChainOnServer, 'up'>): Promise<string> {
  try {
    await chain.up({ only: 'contract' })
    return 'contract ran'
  } catch (error) {
    if (isError(error, 'phase.held')) return error.facts.reasons.join('\n')
    throw error
  }
}
