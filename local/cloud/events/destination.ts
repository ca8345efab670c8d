/**
 * Where the events of a subscription are sent to: the address of a webhook, or that of a function of the app, to which Azure delivers at the
 * webhook of its host, https://learn.microsoft.com/azure/azure-functions/event-grid-how-tos
 */
import type { CloudConfig } from '../world.ts';
import type { Definition } from './subscription.ts';

const FUNCTION =
  /^\/subscriptions\/(?<subscription>[^/]+)\/resourcegroups\/(?<group>[^/]+)\/providers\/microsoft\.web\/sites\/(?<app>[^/]+)\/functions\/(?<name>[^/]+)$/i;

/** `undefined`: a function of an app that is not the one of this cloud. */
export function addressOf({ destination }: Pick<Definition, 'destination'>, config: CloudConfig): string | undefined {
  if (destination.endpointType === 'WebHook') return destination.properties.endpointUrl;
  const { functionApp } = config;
  const { subscription, group, app, name } = FUNCTION.exec(destination.properties.resourceId)?.groups ?? {};
  const isHere =
    functionApp !== undefined &&
    isSame(subscription, config.subscription) &&
    isSame(group, functionApp.resourceGroup) &&
    isSame(app, functionApp.name);
  return isHere && name !== undefined
    ? `${functionApp.url}/runtime/webhooks/eventgrid?functionName=${encodeURIComponent(name)}`
    : undefined;
}

/** What Event Grid says of a destination that it cannot deliver to. `reason`: of the handshake. */
export function refusalOf(
  { destination }: Pick<Definition, 'destination'>,
  reason: string,
): { code: string; message: string } {
  if (destination.endpointType === 'AzureFunction') {
    const { resourceId } = destination.properties;
    const message = `Destination endpoint not found. Resource details: resourceId: ${resourceId}. Resource should pre-exist before attempting this operation. (${reason})`;
    return { code: 'Endpoint validation', message };
  }
  const endpoint = destination.properties.endpointUrl.replace(/\?.*$/, '');
  const message = `The attempt to validate the provided endpoint ${endpoint} failed: ${reason}. For more details, visit https://aka.ms/esvalidation.`;
  return { code: 'Url validation', message };
}

const isSame = (one: string | undefined, other: string): boolean => one?.toLowerCase() === other.toLowerCase();
