#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'
import { parseFailureOutputStyle } from './failure.ts'
import { sendConsoleToStderr, tolerateClosedPipes } from './output.ts'
import { registerEarlyProcessEndHandlers, setFinalExitCode } from './process-end.ts'
import { runCommandLine } from './run-command-line.ts'

// Node runs WebAssembly code, such as the PostgreSQL parser, without the optimising compiler. The parser runs only for
// milliseconds, and the optimisation would cost 30 MB of memory and more time than it saves.
setFlagsFromString('--liftoff-only')
tolerateClosedPipes()
sendConsoleToStderr()
const manner = parseFailureOutputStyle(process.argv)
registerEarlyProcessEndHandlers(manner)
setFinalExitCode(await runCommandLine(process.argv, manner))
