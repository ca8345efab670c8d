/** The last words of a program: an error with a code is a sentence for a person, and anything else is a mistake of ours, with its stack. */
export function exitWith(error: unknown): void {
  const { code, message, stack } = error as Error & { code?: unknown };
  console.error(typeof code === 'string' ? message : (stack ?? message));
  process.exitCode = 1;
}
