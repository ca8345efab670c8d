/** The query parameters of the durable HTTP API. Throws `BadRequest` for what cannot be read. */
import type { InstanceFilter } from '../durable/instance-queries.ts';
import { isRuntimeStatus, STATUS_NAMES } from '../durable/status.ts';
import { BadRequest, type HostRequest } from './message.ts';

/** Instances in one answer, when the caller does not say; the rest is asked for with the continuation token. */
const PAGE_SIZE = 100;
export const CONTINUATION = 'x-ms-continuation-token';

export function filterOf({ url: { searchParams } }: HostRequest): InstanceFilter {
  const time = (name: string): number | undefined => {
    const text = searchParams.get(name);
    if (!text) return undefined;
    const atMs = Date.parse(text);
    if (Number.isNaN(atMs)) throw new BadRequest(`${name} is not a time`);
    return atMs;
  };
  const [createdFromMs, createdToMs] = [time('createdTimeFrom'), time('createdTimeTo')];
  const wanted = searchParams
    .getAll('runtimeStatus')
    .flatMap((text) => text.split(','))
    .filter(Boolean);
  // Azure leaves a name out that it does not know, and then a misspelt filter purges everything.
  const unknown = wanted.find((name) => !STATUS_NAMES.includes(name));
  if (unknown) throw new BadRequest(`runtimeStatus "${unknown}" is none of ${STATUS_NAMES.join(', ')}`);
  return {
    ...(createdFromMs === undefined ? {} : { createdFromMs }),
    ...(createdToMs === undefined ? {} : { createdToMs }),
    ...(wanted.length === 0 ? {} : { statuses: wanted.filter(isRuntimeStatus) }),
    idPrefix: searchParams.get('instanceIdPrefix') ?? '',
  };
}

export const pageOf = ({ headers, url }: HostRequest): { offset: number; limit: number } => ({
  offset: wholeNumber(headers[CONTINUATION], 0, CONTINUATION),
  limit: wholeNumber(url.searchParams.get('top'), PAGE_SIZE, 'top'),
});

export const flagsOf =
  ({ url }: HostRequest) =>
  (name: string, byDefault: boolean): boolean => {
    const text = url.searchParams.get(name)?.toLowerCase();
    return text === 'true' || text === 'false' ? text === 'true' : byDefault;
  };

/** How long a start may wait for the end, and how often it looks: both have to be given, in seconds. */
export function patienceOf({ url: { searchParams } }: HostRequest): { timeoutMs: number; everyMs: number } | undefined {
  const [timeoutMs, everyMs] = ['timeout', 'pollingInterval'].map((name) => {
    const text = searchParams.get(name);
    if (!text) return undefined;
    if (!(Number(text) >= 0)) throw new BadRequest(`${name} is not a number of seconds`);
    return Number(text) * 1_000;
  });
  return timeoutMs === undefined || everyMs === undefined ? undefined : { timeoutMs, everyMs };
}

function wholeNumber(text: string | null | undefined, byDefault: number, name: string): number {
  if (!text) return byDefault;
  if (!/^\d+$/.test(text)) throw new BadRequest(`${name} is not a whole number`);
  return Number(text);
}
