/** What stops the host from starting, as one sentence for whoever started it. */
export type HostErrorCode =
  | 'AppNotLoaded'
  | 'BadArguments'
  | 'BadDatabase'
  | 'BadHostJson'
  | 'BadSettings'
  | 'DatabaseInUse'
  | 'NotSupported'
  | 'NoTaskHub'
  | 'PortInUse';

export class HostError extends Error {
  readonly code: HostErrorCode;

  constructor(code: HostErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HostError';
    this.code = code;
  }
}

/** The end of every refusal: where the thing that is refused here does run. */
export const CORE_TOOLS = 'Functions Core Tools (`func start`) runs it';

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
