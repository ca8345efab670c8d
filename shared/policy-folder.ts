/**
 * The policy in force, from a folder of files: the newest valid one. Read again when a file changes; an invalid one never replaces a valid one.
 *
 * The last valid one is kept in the ledger too, for a process that starts while the folder is invalid.
 */
import { folderListing } from './folder-listing.ts';
import { formatProblem, parsePolicy } from './domain/parse-policy.ts';
import { canonicalJson } from './domain/policy/canonical-json.ts';
import type { Policy } from './domain/policy.ts';
import { keepPolicy, readKeptPolicy, type KeptPolicy } from './ledger/policy-book.ts';
import { readPolicyFiles, sha256 } from './policy-files.ts';
import type { Ledger, Policies } from './ports.ts';

interface Options {
  folder: string;
  settings: Record<string, string>;
  ledger: Ledger;
}

interface State {
  policy?: Policy;
  /** What of it the ledger does not have yet. */
  unkept?: KeptPolicy;
  problems: string[];
  /** Hash of the files that were refused. */
  refused?: string;
}

export function policyFolder({ folder, settings, ledger }: Options): Policies {
  const list = folderListing(folder);
  let signature: string | undefined;
  let state: State = { problems: [] };

  const read = async (): Promise<string | undefined> => {
    const found = await list();
    if (found.kind === 'unreadable') return found.problem;
    if (found.signature === signature) return undefined;
    const files = await readPolicyFiles(folder, found.paths);
    const parsed = parsePolicy({ files, settings, hash: sha256 });
    state =
      parsed.kind === 'valid'
        ? {
            policy: parsed.policy,
            unkept: { hash: parsed.policy.hash, files, settings: parsed.settings },
            problems: [],
          }
        : { ...state, problems: parsed.problems.map(formatProblem), refused: sha256(canonicalJson(files)) };
    signature = found.signature;
    return undefined;
  };

  /** Brings folder and ledger together; what the ledger could not do now is a problem, and is tried again at the next call. */
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
