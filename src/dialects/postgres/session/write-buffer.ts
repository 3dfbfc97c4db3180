/** The part of a network socket that the class `PostgresSocketWriteBuffer` uses. */
interface Corkable {
  cork(): void
  uncork(): void
}

/**
 * Collects the messages to the server, and writes them in one system call, because each system call wakes the server. The class
 * writes the messages as soon as the sender of the messages waits for a result.
 */
export class PostgresSocketWriteBuffer {
  readonly #socket: Corkable
  #isHeld = false

  constructor(socket: Corkable) {
    this.#socket = socket
  }

  collect(): void {
    if (this.#isHeld) return
    this.#isHeld = true
    this.#socket.cork()
    process.nextTick(() => {
      this.#isHeld = false
      this.#socket.uncork()
    })
  }
}
