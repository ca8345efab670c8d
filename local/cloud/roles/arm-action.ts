/**
 * Which action a request to Resource Manager is, and at which scope: the rule by which Azure names the actions of its providers.
 *
 *     GET    …/providers/Microsoft.X/things/a          Microsoft.X/things/read          at the thing
 *     GET    …/providers/Microsoft.X/things            Microsoft.X/things/read          at what holds them
 *     PUT, PATCH and DELETE                            …/write, …/delete
 *     POST   …/providers/Microsoft.X/things/a/restart  Microsoft.X/things/restart/action at the thing
 */
export interface ArmAction {
  action: string;
  /** A resource id, as the path was written. */
  scope: string;
  /**
   * A list in a subscription or a group answers what the caller may read, and the subscription itself is seen by whoever has a role in it.
   * Everything else is allowed or refused as a whole.
   */
  filtered: boolean;
}

/**
 * Where a client looks whether a long-running operation has ended. A caller may have a role on one group only, and such a path is below the
 * subscription, so any valid token will do (unverified; that such callers can wait for their operations is certain).
 */
const OPERATION = /^\/subscriptions\/[^/]+\/providers\/[^/]+\/locations\/[^/]+\/operation[a-z]*\/[^/]+$/i;

/** `undefined`: needs no role. `path` is decoded and without a query. */
export function armAction(method: string, path: string): ArmAction | undefined {
  if (OPERATION.test(path)) return undefined;
  const segments = path.split('/').filter((segment) => segment !== '');
  const providers = segments.findLastIndex((segment) => segment.toLowerCase() === 'providers');
  const [provider, names] =
    providers < 0 ? ['Microsoft.Resources', segments] : [segments[providers + 1] ?? '', segments.slice(providers + 2)];
  const types = names.filter((_, index) => index % 2 === 0);
  const isCollectionOrVerb = names.length % 2 === 1;
  const end = isCollectionOrVerb ? segments.slice(0, providers >= 0 && names.length === 1 ? providers : -1) : segments;
  const scope = `/${end.join('/')}`;

  if (method === 'POST' && isCollectionOrVerb) {
    const verb = types.at(-1) ?? '';
    // Asks a question, although it is a POST.
    const suffix = verb.toLowerCase() === 'checknameavailability' ? 'read' : 'action';
    return { action: [provider, ...types, suffix].join('/'), scope, filtered: false };
  }
  const isRead = method === 'GET' || method === 'HEAD';
  const verb = isRead ? 'read' : method === 'DELETE' ? 'delete' : 'write';
  const isListInSubscriptionOrGroup =
    isCollectionOrVerb && (providers < 0 || (names.length === 1 && isSubscriptionOrGroup(scope)));
  const isSubscription = providers < 0 && names.length === 2;
  return {
    action: [provider, ...types, verb].join('/'),
    scope,
    filtered: isRead && (isListInSubscriptionOrGroup || isSubscription),
  };
}

const isSubscriptionOrGroup = (scope: string): boolean =>
  /^\/subscriptions\/[^/]+(\/resourcegroups\/[^/]+)?$/i.test(scope);
