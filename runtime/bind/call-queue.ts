import { setMaxListeners } from "node:events";
import type { AddonInstance } from "./addon.ts";
import { nativePromise } from "./native-call.ts";

/** A net's asynchronous calls: the addon makes them one by one, in their order. */
export class CallQueue {
  readonly #native: AddonInstance;
  #tickets = 0;
  #idle: Promise<void> = Promise.resolve();

  constructor(native: AddonInstance) {
    this.#native = native;
  }

  /** Resolves when every call made so far has ended, well or not. */
  get idle(): Promise<void> {
    return this.#idle;
  }

  /** Makes a call with a ticket of its own; a signal takes it back while it waits, never while it runs. */
  async run<T>(call: (ticket: number) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const ticket = ++this.#tickets;
    const promise = nativePromise(() => call(ticket));
    // A call that was taken back ends before those in front of it: all are waited for.
    this.#idle = Promise.allSettled([this.#idle, promise]).then(() => undefined);
    return signal ? this.#orWithdrawn(promise, ticket, signal) : promise;
  }

  async #orWithdrawn<T>(promise: Promise<T>, ticket: number, signal: AbortSignal): Promise<T> {
    let withdrawn = false;
    const withdraw = () => {
      withdrawn = this.#native.withdraw(ticket);
    };
    // Each call that waits listens: many of them are no leak to warn of.
    setMaxListeners(0, signal);
    signal.addEventListener("abort", withdraw);
    try {
      return await promise;
    } catch (error) {
      throw withdrawn ? signal.reason : error;
    } finally {
      signal.removeEventListener("abort", withdraw);
    }
  }
}
