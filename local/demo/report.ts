/** The report of a demo: a file that is whole at every moment, and a table for the eye. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Report, StepReport } from './story.ts';

export async function writeReport(file: string, report: Report): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.part`, `${JSON.stringify(report, undefined, 2)}\n`);
  await rename(`${file}.part`, file);
}

export function table(report: Report): string {
  const rows = report.steps.map((step) => [step.id, step.status, seconds(step), step.title]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const sites = Object.entries(report.sites).map(([app, url]) => `${app}: ${url}`);
  return [...lines, ...sites].join('\n');
}

function seconds({ startedAt, finishedAt }: StepReport): string {
  if (startedAt === undefined || finishedAt === undefined) return '';
  return `${((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s`;
}
