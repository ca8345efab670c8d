/** `$filter` of a list of role assignments: `atScope()`, `principalId eq '…'`, `assignedTo('…')`, and both with `and`. */
export type AssignmentFilter = { atScope: boolean; principalId?: string } | { problem: string };

/** Groups are not emulated, so what is assigned to a principal is what names it. */
const PRINCIPAL = /^(?:principalId eq '([^']+)'|assignedTo\('([^']+)'\))$/i;

export function readAssignmentFilter(text: string | undefined): AssignmentFilter {
  let atScope = false;
  let principalId: string | undefined;
  for (const term of (text ?? '').split(/ and /i).map((each) => each.trim())) {
    const [, equal, assigned] = PRINCIPAL.exec(term) ?? [];
    if (/^atScope\(\)$/i.test(term)) atScope = true;
    else if (equal ?? assigned) principalId = (equal ?? assigned)?.toLowerCase();
    else if (term !== '') {
      return { problem: `$filter: "${term}" is not emulated; atScope(), principalId eq '…' and assignedTo('…') are` };
    }
  }
  return { atScope, ...(principalId === undefined ? {} : { principalId }) };
}
