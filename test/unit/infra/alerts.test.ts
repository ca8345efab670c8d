/** Who watches: alerts ask for what the app tells, in its words, and reach the people that the parameters name. */
import { describe, expect, it } from 'vitest';
import { metricName } from '../../../shared/telemetry/measures.ts';
import type { Counted, Measured } from '../../../shared/telemetry.ts';
import { firstStages, ofType, type Predicted } from './snapshot.ts';

/** Everything that the app counts and measures: the compiler says when one is missing here. */
const TOLD = Object.keys({
  candidates: true,
  sweeps: true,
  trouble: true,
  'announcements.dropped': true,
  'promotion.duration': true,
  'page.duration': true,
} satisfies Record<Counted | Measured, true>).map((what) => metricName(what as Counted | Measured));

interface Criterion {
  query?: string;
  metricName?: string;
  timeAggregation: string;
  operator: string;
  threshold: number;
}
const criterionOf = ({ properties }: Predicted): Criterion | undefined =>
  (properties['criteria'] as { allOf: Criterion[] }).allOf[0];
const rule = (example: string, name: string): Predicted => {
  const found = ofType(example, 'Microsoft.Insights/scheduledQueryRules').find(({ id }) => id?.endsWith(`/${name}`));
  if (!found) throw new Error(`${example} has no alert ${name}`);
  return found;
};
const metricsIn = (text: string): string[] => [...new Set(text.match(/gated_import\.[a-z]+(\.[a-z]+)*/g))];

describe.each(firstStages)('in %s', (example) => {
  it('a rejected candidate is said once, by gate, also when it is told late', () => {
    const { properties } = rule(example, 'gated-import-candidate-rejected');

    expect(properties).toMatchObject({ evaluationFrequency: 'PT5M', windowSize: 'PT15M', autoMitigate: true });
    expect(criterionOf({ type: '', properties })).toMatchObject({
      query: expect.stringMatching(/"gated_import\.candidates".*outcome == "rejected"/) as string,
      dimensions: [{ name: 'gate', values: ['*'] }],
      ...{ timeAggregation: 'Count', operator: 'GreaterThan', threshold: 0 },
    });
  });

  it('an hour without a sweep is said', () => {
    const alert = rule(example, 'gated-import-no-sweep');

    expect(alert.properties['windowSize']).toBe('PT1H');
    expect(criterionOf(alert)).toMatchObject({
      query: expect.stringContaining('name == "gated_import.sweeps"') as string,
      ...{ timeAggregation: 'Count', operator: 'LessThan', threshold: 1 },
    });
  });

  it('a dead letter is said, of whichever topic', () => {
    const alerts = ofType(example, 'Microsoft.Insights/metricAlerts');

    expect(alerts.length).toBeGreaterThan(0);
    for (const alert of alerts) {
      expect(criterionOf(alert)).toMatchObject({
        ...{ metricName: 'DeadLetteredCount', timeAggregation: 'Total', operator: 'GreaterThan', threshold: 0 },
      });
    }
  });

  it('each alert goes to the people', () => {
    const [people] = ofType(example, 'Microsoft.Insights/actionGroups');
    const byQuery = ofType(example, 'Microsoft.Insights/scheduledQueryRules').map(
      ({ properties }) => (properties['actions'] as { actionGroups: string[] }).actionGroups,
    );
    const byMetric = ofType(example, 'Microsoft.Insights/metricAlerts').map(({ properties }) =>
      (properties['actions'] as { actionGroupId: string }[]).map(({ actionGroupId }) => actionGroupId),
    );

    for (const told of [...byQuery, ...byMetric]) expect(told).toEqual([people?.id]);
  });

  it('alerts and workbook ask for what the app tells, and for nothing else', () => {
    const [workbook] = ofType(example, 'Microsoft.Insights/workbooks');
    const shown = metricsIn(String(workbook?.properties['serializedData']));
    const alerted = metricsIn(JSON.stringify(ofType(example, 'Microsoft.Insights/scheduledQueryRules')));

    expect(shown).toEqual(
      expect.arrayContaining(['candidates', 'sweeps', 'promotion.duration'].map((what) => `gated_import.${what}`)),
    );
    expect([...shown, ...alerted].filter((name) => !TOLD.includes(name))).toEqual([]);
  });
});

it('the people are those of the parameters', () => {
  const receivers = ofType('locked-down', 'Microsoft.Insights/actionGroups').flatMap(
    ({ properties }) => properties['emailReceivers'] as { emailAddress: string }[],
  );

  expect(receivers.map(({ emailAddress }) => emailAddress)).toEqual(['platform@contoso.com', 'on-call@contoso.com']);
});
