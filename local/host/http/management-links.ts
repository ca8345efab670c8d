/** The URLs of the durable HTTP API, and the input that the durable client of `durable-functions` is made from. */
export interface ApiAddress {
  /** e.g. `http://127.0.0.1:7071` */
  origin: string;
  hubName: string;
}

/** The client calls everything below `rpcBaseUrl`; people and scripts use the path that Azure has. One server answers both. */
export const RPC_PATH = 'durabletask';
export const WEBHOOK_PATH = 'runtime/webhooks/durabletask';

/** Keys guard this API under Azure; here it is only reachable from this machine, and the parameter only has to be there. */
const CODE = 'code=local';

/** Every value has to be text: the library applies URL tests to each. */
export function managementLinks(instanceId: string, { origin, hubName }: ApiAddress): Record<string, string> {
  const instance = `${origin}/${WEBHOOK_PATH}/instances/${encodeURIComponent(instanceId)}`;
  const query = `taskHub=${hubName}&connection=Storage&${CODE}`;
  return {
    id: instanceId,
    statusQueryGetUri: `${instance}?${query}`,
    sendEventPostUri: `${instance}/raiseEvent/{eventName}?${query}`,
    terminatePostUri: `${instance}/terminate?reason={text}&${query}`,
    purgeHistoryDeleteUri: `${instance}?${query}`,
    rewindPostUri: `${instance}/rewind?reason={text}&${query}`,
    suspendPostUri: `${instance}/suspend?reason={text}&${query}`,
    resumePostUri: `${instance}/resume?reason={text}&${query}`,
    restartPostUri: `${instance}/restart?${query}`,
  };
}

export function durableClientInput(address: ApiAddress): string {
  const base = `${address.origin}/${WEBHOOK_PATH}`;
  const create = `${base}/orchestrators/{functionName}[/{instanceId}]`;
  return JSON.stringify({
    taskHubName: address.hubName,
    connectionName: null,
    creationUrls: {
      createNewInstancePostUri: `${create}?${CODE}`,
      createAndWaitOnNewInstancePostUri: `${create}?timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&${CODE}`,
    },
    managementUrls: managementLinks('INSTANCEID', address),
    baseUrl: base,
    requiredQueryStringParameters: CODE,
    rpcBaseUrl: `${address.origin}/${RPC_PATH}/`,
    httpBaseUrl: null,
  });
}
