import { expect, test } from 'vitest';
import { countFailures } from '../../../../local/demo/steps/quiet-logs.ts';

test('counts failures by what failed, however long it took', () => {
  const log = [
    '2031-05-06T07:08:09.000Z info  [sweep] started sweep',
    '2031-05-06T07:08:09.041Z ERROR [sweepImages] failed after 4 ms sweep: no such table',
    '2031-05-06T07:08:11.053Z ERROR [sweepImages] failed after 18 ms sweep: no such table',
    '    at async startUnstuck (start-unstuck.ts:23:12)',
    '2031-05-06T07:08:12.000Z arm: UNKNOWN arm GET /subscriptions/x/resources',
  ].join('\n');

  expect(countFailures(log)).toEqual([
    '2 times: ERROR [sweepImages] failed sweep: no such table',
    '1 times: UNKNOWN arm GET /subscriptions/x/resources',
  ]);
});

test('finds nothing in a log without failures', () => {
  const log = '2031-05-06T07:08:09.000Z info  [getHealth] ok after 3 ms\ncloud ready\n';

  expect(countFailures(log)).toEqual([]);
});
