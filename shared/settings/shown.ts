/** A wrong value as a message may show it: a connection string or a signed URL that was pasted by mistake must not reach a log. */
export const shown = (value: string): string =>
  /^[A-Za-z0-9.:/*, _-]{1,80}$/.test(value) ? `"${value}"` : 'the value (not shown, it might hold a secret)';
