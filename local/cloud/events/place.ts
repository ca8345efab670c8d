/** From a path of ARM to the event subscription it names, or to a list of them, and to the resource whose events they take. */
import type { Place } from './subscriptions.ts';
import type { SystemTopics } from './system-topics.ts';

export type ListPlace = Pick<Place, 'topic' | 'systemTopic'>;

export type Found =
  | { kind: 'elsewhere' }
  | { kind: 'no-topic'; id: string }
  | ({ kind: 'list' } & ListPlace)
  /** `full`: the path ends in `getFullUrl`. */
  | { kind: 'one'; place: Place; full: boolean };

const REST = String.raw`\/eventsubscriptions(?:\/(?<name>[^/]+)(?<full>\/getfullurl)?)?$`;
const EXTENSION = new RegExp(String.raw`^(?<of>\/subscriptions\/.+)\/providers\/microsoft\.eventgrid${REST}`, 'i');
const NESTED = new RegExp(
  String.raw`^(?<of>\/subscriptions\/.+\/providers\/microsoft\.eventgrid\/(?<kind>topics|systemtopics)\/[^/]+)${REST}`,
  'i',
);

/** `path`: decoded, as the client wrote it. */
export function placeOf(path: string, systemTopics: Pick<SystemTopics, 'withId'>): Found {
  const nested = NESTED.exec(path)?.groups;
  const groups = nested ?? EXTENSION.exec(path)?.groups;
  const of = groups?.['of'];
  if (!groups || of === undefined) return { kind: 'elsewhere' };

  let topic = of;
  let systemTopic: string | undefined;
  if (nested?.['kind']?.toLowerCase() === 'systemtopics') {
    const found = systemTopics.withId(of);
    if (!found) return { kind: 'no-topic', id: of };
    [topic, systemTopic] = [found.source, found.id];
  }
  const below = { topic, ...(systemTopic === undefined ? {} : { systemTopic }) };
  const { name, full } = groups;
  if (name === undefined) return { kind: 'list', ...below };
  const id = `${of}${nested ? '' : '/providers/Microsoft.EventGrid'}/eventSubscriptions/${name}`;
  return { kind: 'one', place: { id, name, ...below }, full: full !== undefined };
}
