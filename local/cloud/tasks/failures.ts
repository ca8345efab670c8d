/** Why a run did not succeed. Each class is one status of a run; anything else that is thrown is trouble of the platform: `Error`. */

/** The run's own fault: a bad file, a step that failed, a login that does not exist. */
export class RunFailed extends Error {
  readonly code = 'RunFailed';
}

/** A program of a step ended with something else than 0: the one failure that trying again may mend. */
export class ProgramFailed extends RunFailed {
  constructor(exitCode: number | null) {
    super(exitCode === null ? 'signal: killed' : `exit status ${exitCode}`);
  }
}

export class RunTimedOut extends Error {
  readonly code = 'RunTimedOut';
}

export class RunCanceled extends Error {
  readonly code = 'RunCanceled';
}

/** Something in a task file that ACR Tasks would do and this emulation does not. */
export class NotSupportedLocally extends RunFailed {
  readonly what: string;

  constructor(what: string) {
    super(`NotSupportedLocally: ${what} is not supported by the local runtime; run it on Azure, or leave it out`);
    this.what = what;
  }
}
