/**
 * When somebody wants this process to end: Ctrl+C, SIGTERM, a closed terminal, or the end of the process that started it.
 *
 * Asked for once, before anything is started, so that no signal is lost. A second signal changes nothing: the clean-up has deadlines of its
 * own.
 */
export interface AskedToStop {
  asked: Promise<undefined>;
  /** For a start that cannot be stopped half-way: ends this process at once when it is asked to. Its children see that and end too. */
  orExit<T>(starting: Promise<T>): Promise<T>;
}

/** As a shell says it of a program that Ctrl+C ended. */
const INTERRUPTED = 130;

export function listenForStop(): AskedToStop {
  const { promise: asked, resolve } = Promise.withResolvers<undefined>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(undefined));
  process.once('disconnect', () => resolve(undefined));
  // Waiting for that is no reason to stay alive.
  process.channel?.unref();
  return {
    asked,
    async orExit(starting) {
      const outcome = await Promise.race([starting.then((value) => ({ value })), asked]);
      return outcome ? outcome.value : process.exit(INTERRUPTED);
    },
  };
}
