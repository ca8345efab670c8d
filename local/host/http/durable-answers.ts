/** The answers of the durable HTTP API: the status of an instance, the links of one that was started, and what went wrong. */
import type { Durable, InstanceStatus } from '../durable/durable.ts';
import { isTerminal } from '../durable/status.ts';
import { flagsOf } from './durable-query.ts';
import { historyView } from './history-view.ts';
import { managementLinks, type ApiAddress } from './management-links.ts';
import { json, type HostRequest, type HostResponse } from './message.ts';

/** `input` and `output` have to be there, or the client throws; times have no fraction. */
export const statusBody = (instance: InstanceStatus, { showInput }: { showInput: boolean }): object => ({
  name: instance.name,
  instanceId: instance.instanceId,
  runtimeStatus: instance.runtimeStatus,
  input: showInput ? instance.input : null,
  customStatus: instance.customStatus,
  output: instance.output,
  createdTime: seconds(instance.createdAtMs),
  lastUpdatedTime: seconds(instance.updatedAtMs),
});

export function statusAnswer(durable: Durable, id: string, request: HostRequest): HostResponse {
  const instance = durable.status(id);
  if (!instance) return noInstance(id);
  const flag = flagsOf(request);
  const showInput = flag('showInput', true);
  const events = flag('showHistory', false)
    ? { historyEvents: historyView(durable.history(id), { showInput, showOutput: flag('showHistoryOutput', false) }) }
    : {};
  const body = { ...statusBody(instance, { showInput }), ...events };
  if (!isTerminal(instance.runtimeStatus)) {
    return json(202, body, { location: request.url.href, 'retry-after': '5' });
  }
  const isError = instance.runtimeStatus === 'Failed' && flag('returnInternalServerErrorOnFailure', false);
  return json(isError ? 500 : 200, body);
}

/** The links carry the address that was called, so that whoever reached this host reaches it again. */
export function startedAnswer(id: string, request: HostRequest, address: ApiAddress): HostResponse {
  const links = managementLinks(id, { ...address, origin: request.url.origin });
  return json(202, links, { location: links['statusQueryGetUri'] ?? '', 'retry-after': '10' });
}

export const noInstance = (id: string): HostResponse => problem(404, `there is no instance "${id}"`);

export const problem = (status: number, message: string): HostResponse => json(status, { Message: message });

const seconds = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;
