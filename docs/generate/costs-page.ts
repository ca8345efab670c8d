/**
 * `docs/costs.md`: what a month costs, for estates of three sizes, from a formula that a reader can follow and change.
 *
 * What stands there all month is counted in the snapshots of `infra/examples`; what the app does for a sweep and a promotion was counted by
 * the benchmark; prices and the rest are assumptions, and the page says which.
 */
import { estateOf, type Estate } from './costs-estate.ts';

/** US dollars, East US, pay as you go: about the list prices of 2025, not checked against Azure's price pages since. */
const PRICE = {
  standardRegistryDay: 0.667,
  premiumRegistryDay: 1.667,
  registryGbMonth: 0.1,
  blobGbMonth: 0.02,
  runVcpuSecond: 0.0001,
  functionGbSecond: 0.000026,
  millionExecutions: 0.4,
  tenThousandStorageCalls: 0.004,
  telemetryGb: 2.3,
  logAlertMonth: 1.5,
  metricAlertMonth: 0.1,
  signature: 0.03 / 10_000,
  privateEndpointHour: 0.01,
  natGatewayHour: 0.045,
  publicAddressHour: 0.005,
  dnsZoneMonth: 0.5,
} as const;

/** What Azure gives for nothing, each month. */
const FREE = { gbSeconds: 100_000, executions: 250_000, telemetryGb: 5, registryGb: { Standard: 100, Premium: 500 } };

/** Of a gate: change them to yours. */
const USE = {
  pushes: 8,
  runSeconds: 180,
  runVcpus: 2,
  gbPerPromotion: 0.05,
  monthsKept: 12,
  scansPerDay: 1,
  mbPerReport: 0.1,
};

/** `bench/promotion` counted the calls; the seconds are those calls at 30 ms each, sweeps at 100 ms a HEAD and 16 at once. */
const DOES = {
  sweeps: (30 * 24 * 60) / 5,
  sweepSeconds: (gates: number) => 2 + (gates * 0.12) / 16,
  sweepExecutions: (gates: number) => 20 + 2 * Math.ceil(gates / 100),
  sweepCalls: (gates: number) => 2 * gates,
  promotionSeconds: 10,
  promotionExecutions: 80,
  promotionCalls: 91,
  /** Queues and history of Durable Functions, for each execution. */
  callsPerExecution: 15,
  telemetryKbPerExecution: 6,
};

const HOURS = 730;
const DAYS = 30.4;
const SIZES = [10, 100, 1000];

interface Line {
  what: string;
  how: string;
  /** Dollars a month. */
  at(gates: number): number;
}

function linesOf(estate: Estate): Line[] {
  const promotions = (gates: number) => gates * USE.pushes;
  const executions = (gates: number) =>
    DOES.sweeps * DOES.sweepExecutions(gates) + promotions(gates) * DOES.promotionExecutions;
  const gbSeconds = (gates: number) =>
    2 * (DOES.sweeps * DOES.sweepSeconds(gates) + promotions(gates) * DOES.promotionSeconds);
  const beyond = (value: number, free: number) => Math.max(0, value - free);
  const tier = estate.isPremium ? 'Premium' : 'Standard';
  const registryDay = estate.isPremium ? PRICE.premiumRegistryDay : PRICE.standardRegistryDay;
  const lines: Line[] = [
    {
      what: `${estate.registries} registries, ${tier}`,
      how: `${estate.registries} × $${registryDay} × ${DAYS} days`,
      at: () => estate.registries * registryDay * DAYS,
    },
    {
      what: 'Promoted layers in the base registry',
      how: `promotions × ${USE.gbPerPromotion} GB × ${USE.monthsKept} months kept, beyond ${FREE.registryGb[tier]} GB, × $${PRICE.registryGbMonth}`,
      at: (gates) =>
        beyond(promotions(gates) * USE.gbPerPromotion * USE.monthsKept, FREE.registryGb[tier]) * PRICE.registryGbMonth,
    },
    {
      what: 'Reports of scans',
      how: `gates × ${USE.scansPerDay} a day × ${USE.mbPerReport} MB × ${estate.reportsKept} days kept × $${PRICE.blobGbMonth} a GB`,
      at: (gates) => ((gates * USE.scansPerDay * USE.mbPerReport * estate.reportsKept) / 1000) * PRICE.blobGbMonth,
    },
    {
      what: 'The function app',
      how: `2 GB × (sweeps × (2 s + gates × 7.5 ms) + promotions × ${DOES.promotionSeconds} s), beyond ${FREE.gbSeconds} GB-s, × $${PRICE.functionGbSecond}; executions beyond ${FREE.executions}, × $${PRICE.millionExecutions} a million`,
      at: (gates) =>
        beyond(gbSeconds(gates), FREE.gbSeconds) * PRICE.functionGbSecond +
        (beyond(executions(gates), FREE.executions) / 1_000_000) * PRICE.millionExecutions,
    },
    {
      what: 'Ledger and task hub (storage calls)',
      how: `(sweeps × 2 × gates + promotions × ${DOES.promotionCalls} + executions × ${DOES.callsPerExecution}) × $${PRICE.tenThousandStorageCalls} for 10,000`,
      at: (gates) =>
        ((DOES.sweeps * DOES.sweepCalls(gates) +
          promotions(gates) * DOES.promotionCalls +
          executions(gates) * DOES.callsPerExecution) /
          10_000) *
        PRICE.tenThousandStorageCalls,
    },
    {
      what: 'Telemetry and logs',
      how: `executions × ${DOES.telemetryKbPerExecution} KB, beyond ${FREE.telemetryGb} GB, × $${PRICE.telemetryGb}`,
      at: (gates) =>
        beyond((executions(gates) * DOES.telemetryKbPerExecution) / 1_000_000, FREE.telemetryGb) * PRICE.telemetryGb,
    },
    {
      what: `Alerts: ${estate.logAlerts} on logs, ${estate.metricAlerts} on metrics`,
      how: `${estate.logAlerts} × $${PRICE.logAlertMonth} + ${estate.metricAlerts} × $${PRICE.metricAlertMonth}`,
      at: () => estate.logAlerts * PRICE.logAlertMonth + estate.metricAlerts * PRICE.metricAlertMonth,
    },
    {
      what: 'Signatures of promotion records',
      how: `promotions × $${PRICE.signature.toFixed(6)}`,
      at: (gates) => promotions(gates) * PRICE.signature,
    },
  ];
  const runs: Line = {
    what: 'Runs of checks',
    how: `promotions × ${USE.runSeconds} s × ${USE.runVcpus} vCPU × $${PRICE.runVcpuSecond}`,
    at: (gates) => promotions(gates) * USE.runSeconds * USE.runVcpus * PRICE.runVcpuSecond,
  };
  if (estate.agentPools === 0) return [...lines, runs];
  return [
    ...lines,
    {
      what: `Private network: ${estate.privateEndpoints} endpoints, a NAT gateway with its address, ${estate.dnsZones} zones`,
      how: `${HOURS} h × (${estate.privateEndpoints} × $${PRICE.privateEndpointHour} + ${estate.natGateways} × $${PRICE.natGatewayHour} + ${estate.publicAddresses} × $${PRICE.publicAddressHour}) + ${estate.dnsZones} × $${PRICE.dnsZoneMonth}`,
      at: () =>
        HOURS *
          (estate.privateEndpoints * PRICE.privateEndpointHour +
            estate.natGateways * PRICE.natGatewayHour +
            estate.publicAddresses * PRICE.publicAddressHour) +
        estate.dnsZones * PRICE.dnsZoneMonth,
    },
    {
      what: `${estate.agentPools} agent pools, one S1 agent (2 vCPU) in each, always on`,
      how: `${estate.agentPools} × 2 vCPU × ${HOURS} h × 3600 s × $${PRICE.runVcpuSecond}; runs on them cost nothing more`,
      at: () => estate.agentPools * 2 * HOURS * 3600 * PRICE.runVcpuSecond,
    },
  ];
}

const dollars = (value: number): string => (value < 1 ? value.toFixed(2) : Math.round(value).toLocaleString('en-US'));

function table(estate: Estate): string {
  const lines = linesOf(estate);
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(['each month, in US dollars', ...SIZES.map((gates) => `${gates} gates`), 'formula']),
    row(['---', ...SIZES.map(() => '--:'), '---']),
    ...lines.map((line) => row([line.what, ...SIZES.map((gates) => dollars(line.at(gates))), line.how])),
    row([
      '**all of it**',
      ...SIZES.map((gates) => `**${dollars(lines.reduce((sum, line) => sum + line.at(gates), 0))}**`),
      '',
    ]),
  ].join('\n');
}

export const costsPage = (): string => `# What it costs

<!-- Generated by docs/generate/generate.ts from the snapshots in infra/examples. -->

Assumed of each gate: ${USE.pushes} pushes a month, all promoted; checks that run for ${USE.runSeconds} seconds on ${USE.runVcpus} vCPUs; ${
  USE.gbPerPromotion
} GB of new layers in each promotion, kept for ${USE.monthsKept} months; a scan a day, since a verdict ends, with a report of ${USE.mbPerReport} MB. Sweeps every five minutes. Prices are about the list prices of 2025 in East US and were not checked against Azure's price pages: put in yours before you plan with them.
The resources are counted in the templates' snapshots, the app's calls by its benchmark; how long they take in Azure, and what telemetry weighs, is estimated. In the formulas, each month:

- promotions = gates × ${USE.pushes}
- sweeps = ${DOES.sweeps}
- executions = sweeps × (20 + 2 × ⌈gates / 100⌉) + promotions × ${DOES.promotionExecutions}

## Open to the public network

${table(estateOf('walkthrough'))}

What grows is the base registry: the gate never deletes what it promoted, because a put-back needs it. Delete old unique tags when no app runs on them.
Apps, your own builds and what they pull are not part of it; neither is the walkthrough's simulated public registry.

## Closed to the public network

${table(estateOf('locked-down'))}

## What to turn

- **Sweeps** (\`SWEEP_SCHEDULE\`): every 15 minutes costs a third. Pushes into your own registries still come at once, as events.
- **Checks**: what runs costs by the second, so a time limit (\`timeout\`) is also a limit on what a hanging candidate costs.
- **Reports** (\`reportDays\`, a parameter of the template): what a scan found is deleted after so many days, 400 if you say nothing. Its verdict and reasons stay in the ledger.
- **Agents** of a closed system are always on; one pool costs more than all runs of 1,000 gates would outside it.
`;
