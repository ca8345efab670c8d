/** The images that a check names by digest and its run is given: they lie in a place of their own in quarantine, for as long as they are needed. */
import type { Check, ToolImage } from '../check.ts';
import type { DigestReference } from '../reference.ts';

export function pinnedTools(check: Check): DigestReference[] {
  if (check.kind !== 'vulnerabilities') return [];
  return [check.scanner, ...(check.database?.image ? [check.database.image] : [])].flatMap(pinned);
}

/** What a gate follows is a candidate of that gate, and looked after there. */
const pinned = (tool: ToolImage): DigestReference[] => (tool.kind === 'image' ? [tool.image] : []);
