/** Does `work` while holding the lock file; waits while another process that runs has it. */
export function withLock<T>(file: string, work: () => T | Promise<T>): Promise<T>;
