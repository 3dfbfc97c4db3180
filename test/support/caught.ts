import { type ErrorCode, type InterphaseError, isError } from '../../src/error.ts'

/**
 * Returns the error with the code `code` that a function throws. The test fails if the function throws another error or no error.
 */
export function caught<C extends ErrorCode>(writing: () => unknown, code: C): InterphaseError<C> {
  try {
    writing()
  } catch (error) {
    return wanted(error, code)
  }
  throw new Error(`nothing was thrown, and ${code} was expected`)
}

export async function rejected<C extends ErrorCode>(writing: Promise<unknown>, code: C): Promise<InterphaseError<C>> {
  const outcome = await writing.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  if (outcome) return wanted(outcome.error, code)
  throw new Error(`nothing was rejected, and ${code} was expected`)
}

function wanted<C extends ErrorCode>(error: unknown, code: C): InterphaseError<C> {
  if (isError(error, code)) return error
  throw error
}
