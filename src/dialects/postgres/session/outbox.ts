/** The part of a network socket that the class `SocketOutbox` uses. */
interface Corkable {
  cork(): void
  uncork(): void
}

/**
 * Collects the messages to the server, and writes those that are sent together in one system call. Each system call wakes the server,
 * which costs more than the message. The messages leave as soon as the code that sends them waits for an answer.
 */
export class SocketOutbox {
  readonly #socket: Corkable
  #isHeld = false

  constructor(socket: Corkable) {
    this.#socket = socket
  }

  hold(): void {
    if (this.#isHeld) return
    this.#isHeld = true
    this.#socket.cork()
    process.nextTick(() => {
      this.#isHeld = false
      this.#socket.uncork()
    })
  }
}
