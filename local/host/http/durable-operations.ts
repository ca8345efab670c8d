/** What can be done to one instance: `POST instances/{id}/{operation}`. One that has ended answers 410 to all that would change it. */
import type { Durable } from '../durable/durable.ts';
import { CORE_TOOLS } from '../host-error.ts';
import { noInstance, problem } from './durable-answers.ts';
import { MAXIMUM_BODY_BYTES } from './limits.ts';
import { json, parseJson, type HostRequest, type HostResponse } from './message.ts';

export interface Operation {
  id: string;
  /** As in the path, without regard to case. */
  name: string;
  /** The name of an event. */
  argument: string;
}

export async function operate(durable: Durable, request: HostRequest, operation: Operation): Promise<HostResponse> {
  const { id, argument } = operation;
  const name = operation.name.toLowerCase();
  const reason = request.url.searchParams.get('reason') ?? '';
  switch (name) {
    case 'raiseevent':
      return raise(durable, request, { id, event: argument });
    case 'terminate':
      return delivered(durable.terminate(id, reason), { id, name });
    case 'suspend':
      return delivered(durable.suspend(id, reason), { id, name });
    case 'resume':
      return delivered(durable.resume(id, reason), { id, name });
    case 'rewind':
      return refused(name);
    default:
      return { status: 404 };
  }
}

export const refused = (what: string): HostResponse =>
  problem(501, `${what}: not supported by this local host; ${CORE_TOOLS}`);

async function raise(
  durable: Durable,
  request: HostRequest,
  { id, event }: { id: string; event: string },
): Promise<HostResponse> {
  if (!event) return problem(400, 'the name of the event is missing');
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    return problem(400, 'only application/json is accepted');
  }
  const data = parseJson(await request.body(MAXIMUM_BODY_BYTES));
  return delivered(durable.raiseEvent(id, event, data), { id, name: 'raiseEvent' });
}

function delivered(delivery: ReturnType<Durable['suspend']>, { id, name }: { id: string; name: string }): HostResponse {
  switch (delivery) {
    case 'sent':
      return { status: 202 };
    case 'unknown':
      return noInstance(id);
    case 'ended':
      return { status: 410 };
    case 'wrong state':
      // The extension does not expect this, and says no more than that something went wrong.
      return json(500, {
        Message: 'Something went wrong while processing your request',
        ExceptionMessage: `cannot ${name} instance "${id}": it ${name === 'suspend' ? 'is already' : 'is not'} suspended`,
      });
  }
}
