/**
 * Writes the generated files, most of them of this folder: `npm run docs`. A test says when they are out of date. What a schema of the ledger
 * means is written once, when its number is new.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { endpoints } from '../../functions/http/endpoints/all.ts';
import { describeApi } from '../../functions/http/openapi.ts';
import { costsPage } from './costs-page.ts';
import { describeSchema } from './ledger-rows.ts';
import { permissionsPage } from './permissions-page.ts';
import { policyPage } from './policy-page.ts';
import { policySchema } from './policy-schema.ts';
import { roleMap } from './role-map.ts';

const DOCS = fileURLToPath(new URL('..', import.meta.url));

/** By their path in `docs/`. */
export async function generated(): Promise<Record<string, string>> {
  const texts = {
    'costs.md': costsPage(),
    'gates.schema.json': JSON.stringify(policySchema()),
    'openapi.json': JSON.stringify(describeApi(endpoints)),
    'permissions.md': permissionsPage(),
    'policy.md': policyPage(),
    '../shared/domain/doctor/role-map.ts': roleMap(),
  };
  const formatted = Object.entries(texts).map(async ([name, text]) => {
    const filepath = join(DOCS, name);
    return [name, await format(text, { ...(await resolveConfig(filepath)), filepath })];
  });
  return Object.fromEntries(await Promise.all(formatted)) as Record<string, string>;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(await generated())) await writeFile(join(DOCS, name), text);
  await describeSchema();
}
