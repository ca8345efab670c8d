/** Log lines of the host and of the app, for the person who reads the terminal. The message never holds payloads or headers. */
import type { Clock } from '../clock.ts';

export type Level = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical';

export interface LogEntry {
  level: Level;
  message: string;
  /** The function the line is about; absent for lines of the host itself. */
  functionName?: string;
}

export type Log = (entry: LogEntry) => void;

const LABEL: Record<Level, string> = {
  trace: 'trace',
  debug: 'debug',
  information: 'info ',
  warning: 'WARN ',
  error: 'ERROR',
  critical: 'FATAL',
};

/** One line per entry on stdout: time, level, function, message. */
export function stdoutLog(clock: Clock): Log {
  return ({ level, message, functionName = 'host' }) => {
    process.stdout.write(`${new Date(clock.now()).toISOString()} ${LABEL[level]} [${functionName}] ${message}\n`);
  };
}
