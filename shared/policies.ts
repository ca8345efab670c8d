/**
 * The policy in force: the newest valid one of where it is edited. Looked at in every round; an invalid one never replaces a valid one, and
 * none that cannot be read does.
 *
 * The last valid one is kept in the ledger too, for a process that starts while a newer one is invalid or cannot be read.
 */
import { formatProblem, parsePolicy, type PolicyFile } from './domain/parse-policy.ts';
import { canonicalJson } from './domain/policy/canonical-json.ts';
import type { Policy } from './domain/policy.ts';
import { keepPolicy, readKeptPolicy, type KeptPolicy } from './ledger/policy-book.ts';
import { sha256 } from './policy-files.ts';
import type { Ledger } from './ports/ledger.ts';
import type { Policies, PolicyReader } from './ports/policies.ts';

interface Options {
  reader: PolicyReader;
  settings: Record<string, string>;
  ledger: Ledger;
  /** Epoch milliseconds; decides nothing, and is said of a policy that cannot be read. */
  now?: () => number;
}

interface State {
  policy?: Policy;
  /** What of it the ledger does not have yet. */
  unkept?: KeptPolicy;
  problems: string[];
  /** Hash of the files that were refused. */
  refused?: string;
}

export function policiesFrom({ reader, settings, ledger, now = Date.now }: Options): Policies {
  let version: string | undefined;
  let unreadableSince: number | undefined;
  let state: State = { problems: [] };

  const read = async (): Promise<string | undefined> => {
    const found = await reader.read();
    if (found.kind === 'unreadable') {
      unreadableSince ??= now();
      return `${found.problem} (since ${new Date(unreadableSince).toISOString()})`;
    }
    unreadableSince = undefined;
    if (found.version === version) return undefined;
    state =
      found.kind === 'files'
        ? judge(found.files)
        : { ...state, problems: [found.problem], refused: sha256(found.version) };
    version = found.version;
    return undefined;
  };

  const judge = (files: PolicyFile[]): State => {
    const parsed = parsePolicy({ files, settings, hash: sha256 });
    if (parsed.kind === 'invalid') {
      return { ...state, problems: parsed.problems.map(formatProblem), refused: sha256(canonicalJson(files)) };
    }
    const { policy } = parsed;
    return { policy, unkept: { hash: policy.hash, files, settings: parsed.settings }, problems: [] };
  };

  /** Brings policy and ledger together; what the ledger could not do now is a problem, and is tried again at the next call. */
  const agree = async (): Promise<string | undefined> => {
    try {
      if (state.unkept) {
        const { unkept, ...kept } = state;
        await keepPolicy(ledger, unkept);
        if (state.unkept === unkept) state = kept;
      } else if (!state.policy) {
        const last = await readKeptPolicy(ledger);
        const parsed = last && parsePolicy({ ...last, hash: sha256 });
        if (parsed?.kind === 'valid' && !state.policy) state = { ...state, policy: parsed.policy };
        if (parsed?.kind === 'invalid')
          return 'the last valid policy, as kept in the ledger, is invalid in this version';
      }
      return undefined;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return `the ledger, which keeps the last valid policy, could not be asked: ${message}`;
    }
  };

  return {
    async current() {
      const wrong = [await read(), await agree()].filter((problem) => problem !== undefined);
      const { policy, problems, refused } = state;
      return { problems: [...wrong, ...problems], ...(policy ? { policy } : {}), ...(refused ? { refused } : {}) };
    },
  };
}
