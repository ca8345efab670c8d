/**
 * PATCH on an ARM resource: objects are merged, an empty one changes nothing, `null` removes an entry. Triggers are merged by name, since az
 * sends only the one it adds.
 */
const MERGED_BY_NAME = ['sourceTriggers', 'timerTriggers'];

export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else if (MERGED_BY_NAME.includes(key) && Array.isArray(value)) merged[key] = mergeByName(merged[key], value);
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

function mergeByName(target: unknown, patch: unknown[]): unknown[] {
  const result: unknown[] = Array.isArray(target) ? [...(target as unknown[])] : [];
  for (const item of patch) {
    const index = result.findIndex((known) => nameOf(known) !== undefined && nameOf(known) === nameOf(item));
    if (index < 0) result.push(item);
    else result[index] = mergePatch(result[index], item);
  }
  return result;
}

const nameOf = (value: unknown): unknown => (isRecord(value) ? value['name'] : undefined);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
