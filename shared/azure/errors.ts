/**
 * What the ports on Azure throw.
 *
 * `ServiceTrouble` and `DeadlineExceeded` may pass by themselves. The others want a person: a role, a setting, smaller data. None quotes a
 * request: bodies carry credentials and addresses carry signatures.
 */
import { nameRoles, type NeededRoles } from './needed-roles.ts';

/** What was asked of whom, for the message. */
export interface Question {
  /** `Azure Container Registry` and the like. */
  service: string;
  /** Completes "… refused to": `list the tags of base.example.io/node`. */
  what: string;
  /** The role that allows it, for the hint when it is refused. */
  roles?: NeededRoles;
}

/** A service said no: 4xx other than throttling. Asking again does not help. */
export class ServiceRefused extends Error {
  readonly code = 'ServiceRefused';
  readonly service: string;
  readonly status: number;
  /** The service's own codes, the outermost first: `Forbidden`, `SecretDisabled`. */
  readonly serviceCodes: string[];
  readonly serviceMessage: string;

  constructor(question: Question, answer: { status: number; codes: string[]; message: string }, cause: Error) {
    const said = [answer.codes.join(', '), answer.message].filter(Boolean).join(': ');
    super(
      `${question.service} refused to ${question.what} (${answer.status} ${said})${hint(question, answer.status)}`,
      {
        cause,
      },
    );
    this.service = question.service;
    this.status = answer.status;
    this.serviceCodes = answer.codes;
    this.serviceMessage = answer.message;
  }
}

/** A service could not be reached, is overloaded, or failed. */
export class ServiceTrouble extends Error {
  readonly code = 'ServiceTrouble';
  readonly service: string;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    question: Question,
    trouble: { problem: string; status?: number; retryAfterSeconds?: number | undefined },
    cause?: Error,
  ) {
    const { problem, status, retryAfterSeconds } = trouble;
    const wait = retryAfterSeconds === undefined ? '' : `; it asks to wait ${retryAfterSeconds} s`;
    super(`${question.service} could not ${question.what}: ${problem}${wait}`, { cause });
    this.service = question.service;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** We gave up waiting for an operation that Azure may still finish: whoever asks again has to look first. */
export class DeadlineExceeded extends Error {
  readonly code = 'DeadlineExceeded';
  readonly deadlineSeconds: number;

  constructor(question: Question, deadlineSeconds: number, cause?: Error) {
    super(
      `${question.service} did not ${question.what} within ${deadlineSeconds} s; it may still do so, so look before asking again`,
      { cause },
    );
    this.deadlineSeconds = deadlineSeconds;
  }
}

export class RegistryNotFound extends Error {
  readonly code = 'RegistryNotFound';
  readonly host: string;

  constructor(host: string, options: { subscriptionId: string; seen: string[] }) {
    const seen = options.seen.length > 0 ? `it sees ${options.seen.join(', ')}` : 'it sees none at all';
    super(
      `there is no registry with the login server "${host}" in subscription ${options.subscriptionId} that this app may read; ${seen}. ` +
        'Check the host in the policy and the app settings QUARANTINE_REGISTRY, BASE_REGISTRY and TEAM_REGISTRY, and that the identity ' +
        'has a role with Microsoft.ContainerRegistry/registries/read on it.',
    );
    this.host = host;
  }
}

/** The ledger cannot keep this, whoever asks: a key, a size or a combination that Table Storage does not have. */
export class UnwritableRow extends Error {
  readonly code = 'UnwritableRow';
  readonly key: string;

  constructor(key: string, problem: string) {
    super(`row "${key}" cannot be written: ${problem}`);
    this.key = key;
  }
}

function hint({ roles }: Question, status: number): string {
  if (status !== 401 && status !== 403) return '';
  const lacked = roles === undefined ? 'lacks a permission' : `probably lacks the role ${nameRoles(roles)} there`;
  return `; the identity of the app ${lacked}: "gated-import doctor" says what is missing (a new role takes up to ten minutes to count)`;
}
