import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { virtualClock, type VirtualClock } from '../../../local/clock.ts';
import { openTasksService, PLATFORM, type TasksService } from './tasks-service.ts';

const MINUTE_MS = 60_000;
let clock: VirtualClock;
let service: TasksService;
beforeEach(async () => {
  clock = virtualClock(Date.UTC(2026, 8, 1, 9, 58, 30));
  service = await openTasksService({ clock, started: true });
});
afterEach(() => service.close());

interface Timer {
  name: string;
  schedule: string;
  status?: string;
}
const put = (name: string, timerTriggers: Timer[], properties: object = {}) =>
  service.arm('PUT', `/tasks/${name}`, {
    location: 'westeurope',
    properties: {
      platform: PLATFORM,
      step: { type: 'EncodedTask', encodedTaskContent: 'c3RlcHM6IFtd' },
      trigger: { timerTriggers },
      ...properties,
    },
  });
/** Oldest first: the occurrence that each run is for. */
const occurrences = async (): Promise<string[]> => {
  const { body } = await service.arm('GET', '/runs');
  const { value } = body as { value: { properties: { timerTrigger?: { scheduleOccurrence: string } } }[] };
  return value.toReversed().map(({ properties }) => properties.timerTrigger?.scheduleOccurrence ?? 'none');
};
const hour = (time: string) => `2026-09-01T${time}:00.000Z`;

describe('a timer', () => {
  it('starts its task once at each occurrence, in UTC, and says which', async () => {
    await put('every-quarter', [{ name: 'quarters', schedule: '*/15 * * * *' }]);

    clock.advance(MINUTE_MS);
    const before = await occurrences();
    clock.advance(20 * MINUTE_MS);

    expect(before).toEqual([]);
    expect(await occurrences()).toEqual([hour('10:00'), hour('10:15')]);
    const { body } = await service.arm('GET', '/runs');
    expect(body).toMatchObject({
      value: [
        { properties: { runType: 'AutoRun', task: 'every-quarter', timerTrigger: { timerTriggerName: 'quarters' } } },
        {},
      ],
    });
  });

  it('runs once for all that was missed while the cloud was down, and then on time', async () => {
    await put('every-minute', [{ name: 'minutes', schedule: '* * * * *' }]);
    clock.advance(MINUTE_MS);
    const before = await occurrences();

    await service.restart(() => clock.advance(3 * 60 * MINUTE_MS));
    const after = await occurrences();
    clock.advance(MINUTE_MS);

    expect(before).toEqual([hour('09:59')]);
    expect(after).toEqual([hour('09:59'), hour('12:59')]);
    expect(await occurrences()).toEqual([hour('09:59'), hour('12:59'), hour('13:00')]);
  });

  it('does not run twice for an occurrence that the cloud ended after', async () => {
    await put('on-the-hour', [{ name: 'hours', schedule: '0 * * * *' }]);
    clock.advance(2 * MINUTE_MS);

    await service.restart(() => {});
    clock.advance(MINUTE_MS);

    expect(await occurrences()).toEqual([hour('10:00')]);
  });

  it('does not make up for the time it was disabled, or its task was', async () => {
    const timer = { name: 'minutes', schedule: '* * * * *' };
    await put('paused-timer', [{ ...timer, status: 'Disabled' }]);
    await put('paused-task', [timer], { status: 'Disabled' });
    clock.advance(10 * MINUTE_MS);
    const paused = await occurrences();

    await put('paused-timer', [timer]);
    await service.arm('PATCH', '/tasks/paused-task', { properties: { status: 'Enabled' } });
    const enabled = await occurrences();
    clock.advance(MINUTE_MS);

    expect([paused, enabled]).toEqual([[], []]);
    expect(await occurrences()).toEqual([hour('10:09'), hour('10:09')]);
  });

  it('goes on when something else of its task is changed, and counts anew with another schedule', async () => {
    await put('changing', [{ name: 'hours', schedule: '0 * * * *' }]);
    clock.advance(MINUTE_MS + MINUTE_MS / 2 - 1);
    await service.arm('PATCH', '/tasks/changing', { properties: { timeout: 600 } });
    clock.advance(1);
    const unchanged = await occurrences();

    await put('changing', [{ name: 'hours', schedule: '30 * * * *' }]);
    clock.advance(40 * MINUTE_MS);

    expect(unchanged).toEqual([hour('10:00')]);
    expect(await occurrences()).toEqual([hour('10:00'), hour('10:30')]);
  });

  it('ends with its task', async () => {
    await put('short-lived', [{ name: 'minutes', schedule: '* * * * *' }]);
    await service.arm('DELETE', '/tasks/short-lived');

    clock.advance(5 * MINUTE_MS);

    expect(await occurrences()).toEqual([]);
    expect(service.world.store.collection('acr-timer-occurrences').entries()).toEqual([]);
  });
});
