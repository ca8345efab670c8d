/**
 * Container groups of Azure Container Instances.
 *
 * The PUT is sent as it is, through the client's pipeline: the specification is what `az container create --file` takes, and the typed call
 * would drop every property its model does not know, and then wait.
 */
import type { ContainerGroup } from '@azure/arm-containerinstance';
import { createHttpHeaders, createPipelineRequest, RestError } from '@azure/core-rest-pipeline';
import type { ContainerGroups, Group, GroupReference } from '../ports/container-groups.ts';
import { ask, refusedWith } from './ask.ts';
import type { Clients } from './clients.ts';
import { ServiceRefused, ServiceTrouble, type Question } from './errors.ts';
import { neededRoles } from './needed-roles.ts';

/** ACI is still busy with an earlier change; this one may be sent again. */
const IN_TRANSITION = 'ContainerGroupTransitioning';

export function azureContainerGroups({
  aci,
  subscriptionId,
  armEndpoint,
}: Pick<Clients, 'aci' | 'subscriptionId' | 'armEndpoint'>): ContainerGroups {
  return {
    async read({ resourceGroup, name }) {
      return ask(about('read', { resourceGroup, name }), async () =>
        toGroup(await aci.containerGroups.get(resourceGroup, name)),
      ).catch(refusedWith(404, () => undefined));
    },

    async put(group, specification) {
      const question = about('deploy', group);
      const { apiVersion = aci.apiVersion, ...body } = specification as { apiVersion?: string };
      const url = new URL(
        `/subscriptions/${subscriptionId}/resourceGroups/${encodeURIComponent(group.resourceGroup)}` +
          `/providers/Microsoft.ContainerInstance/containerGroups/${encodeURIComponent(group.name)}`,
        armEndpoint,
      );
      url.searchParams.set('api-version', apiVersion);
      try {
        await ask(question, async () => {
          const request = createPipelineRequest({
            url: url.href,
            method: 'PUT',
            headers: createHttpHeaders({ 'Content-Type': 'application/json', Accept: 'application/json' }),
            body: JSON.stringify(body),
          });
          const response = await aci.sendRequest(request);
          if (response.status >= 300) {
            throw new RestError(response.bodyAsText ?? '', { statusCode: response.status, request, response });
          }
        });
        return { kind: 'accepted' };
      } catch (error) {
        return refusalOf(question, error);
      }
    },
  };
}

/** What a person has to mend is an answer; a missing role and a group that is still busy are thrown. */
function refusalOf(question: Question, error: unknown): { kind: 'refused'; code: string; message: string } {
  if (!(error instanceof ServiceRefused)) throw error;
  const { status, serviceCodes, serviceMessage } = error;
  const [code = `${status}`] = serviceCodes;
  if (code === IN_TRANSITION)
    throw new ServiceTrouble(question, { problem: `${code}: ${serviceMessage}`, status }, error);
  const forbidden = status === 401 || (status === 403 && code === 'AuthorizationFailed');
  if (forbidden) throw error;
  return { kind: 'refused', code, message: serviceMessage };
}

function toGroup(group: ContainerGroup): Group {
  const { provisioningState = 'Unknown', ipAddress, instanceView, containers } = group;
  const eventsOf = (events: readonly { lastTimestamp?: Date; message?: string; type?: string }[] | undefined) =>
    (events ?? []).map((event) => ({ at: event.lastTimestamp?.getTime() ?? 0, message: event.message ?? '' }));
  return {
    provisioning: provisioningState,
    ...(instanceView?.state ? { state: instanceView.state } : {}),
    ...(ipAddress?.ip ? { ip: ipAddress.ip } : {}),
    ...(ipAddress?.fqdn ? { fqdn: ipAddress.fqdn } : {}),
    containers: containers.map(({ name, image, instanceView: view }) => {
      const { state, detailStatus, exitCode } = view?.currentState ?? {};
      const detail = [detailStatus, exitCode === undefined ? '' : `exit code ${exitCode}`].filter(Boolean).join(', ');
      return {
        name,
        image,
        restarts: view?.restartCount ?? 0,
        ...(state ? { state } : {}),
        ...(detail ? { detail } : {}),
      };
    }),
    events: [instanceView?.events, ...containers.map((container) => container.instanceView?.events)]
      .flatMap(eventsOf)
      .toSorted((a, b) => a.at - b.at)
      .map(({ message }) => message),
  };
}

const about = (verb: 'read' | 'deploy', { resourceGroup, name }: GroupReference): Question => ({
  service: 'Container Instances',
  what: `${verb} the container group ${resourceGroup}/${name}`,
  roles: verb === 'read' ? neededRoles.readGroup : neededRoles.putGroup,
});
