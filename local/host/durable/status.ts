/** The states of an orchestration instance that this host produces, and those that it knows by name because clients ask for them. */
export type RuntimeStatus = 'Pending' | 'Running' | 'Suspended' | 'Completed' | 'Failed' | 'Terminated';

const ALL: readonly RuntimeStatus[] = ['Pending', 'Running', 'Suspended', 'Completed', 'Failed', 'Terminated'];

/** `OrchestrationRuntimeStatus` of the extension has these too; no instance here is ever in one of them. */
const NEVER_HERE = ['ContinuedAsNew', 'Canceled', 'Unknown'];

export const STATUS_NAMES: readonly string[] = [...ALL, ...NEVER_HERE];

export const isRuntimeStatus = (text: string): text is RuntimeStatus => ALL.some((status) => status === text);

const TERMINAL: readonly RuntimeStatus[] = ['Completed', 'Failed', 'Terminated'];

export const isTerminal = (status: RuntimeStatus): boolean => TERMINAL.includes(status);
