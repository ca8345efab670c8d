/**
 * The one form of a condition that the container registry takes: which repositories some data actions of a role are for.
 *
 *     ((!(ActionMatches{'<data action>'}) AND !(…)) OR (@Request[…/repositories:name] StringEqualsIgnoreCase 'a' OR … StringStartsWithIgnoreCase 'b/'))
 *
 * https://learn.microsoft.com/azure/container-registry/container-registry-rbac-abac-repository-permissions ; anything else is refused,
 * because a condition that is not understood would give more than it says.
 */
export interface Condition {
  /** The data actions that it limits; others of the role are not limited. In lower case. */
  limited: string[];
  repositories: RepositoryTest[];
}

/** `starts-with` ends in a slash. */
export interface RepositoryTest {
  kind: 'equals' | 'starts-with';
  /** In lower case. */
  name: string;
}

const ATTRIBUTE = String.raw`@Request\[Microsoft\.ContainerRegistry/registries/repositories:name\]`;
const GUARD = String.raw`!\(ActionMatches\{'([^']+)'\}\)`;
const TEST = String.raw`${ATTRIBUTE} (StringEqualsIgnoreCase|StringStartsWithIgnoreCase) '([^']+)'`;
const WHOLE = new RegExp(`^\\(\\((${GUARD}(?: AND ${GUARD})*)\\) OR \\((${TEST}(?: OR ${TEST})*)\\)\\)$`, 'i');

/** `undefined`: not of that form. */
export function parseCondition(text: string): Condition | undefined {
  const [whole] = WHOLE.exec(withoutLineBreaks(text)) ?? [];
  if (whole === undefined) return undefined;
  const limited = [...whole.matchAll(new RegExp(GUARD, 'gi'))].map(([, action = '']) => action.toLowerCase());
  const repositories = [...whole.matchAll(new RegExp(TEST, 'gi'))].map(([, operator = '', value = '']) => ({
    kind: operator.toLowerCase() === 'stringequalsignorecase' ? ('equals' as const) : ('starts-with' as const),
    name: value.toLowerCase(),
  }));
  const hasOpenPrefix = repositories.some(({ kind, name }) => kind === 'starts-with' && !name.endsWith('/'));
  return hasOpenPrefix ? undefined : { limited, repositories };
}

/** The portal writes it over many lines. */
const withoutLineBreaks = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/\( /g, '(').replace(/ \)/g, ')').trim();
