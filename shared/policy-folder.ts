/** The policy as a folder of files that somebody edits. Read again when a file changes. */
import { folderListing } from './folder-listing.ts';
import { readPolicyFiles } from './policy-files.ts';
import type { PolicyRead, PolicyReader } from './ports/policies.ts';

export function policyFolder(folder: string): PolicyReader {
  const list = folderListing(folder);
  let last: Extract<PolicyRead, { kind: 'files' }> | undefined;

  return {
    async read() {
      const found = await list();
      if (found.kind === 'unreadable') return found;
      if (last?.version === found.signature) return last;
      const files = await readPolicyFiles(folder, found.paths);
      last = { kind: 'files', version: found.signature, files };
      return last;
    },
  };
}
