/** `$filter` of a list of resources: `resourceType eq '…'`, `name`, `location` and `resourceGroup` in the same way, and several with `and`. */
export type Facts = Record<'resourcetype' | 'name' | 'location' | 'resourcegroup', string | undefined>;

/** `type`: the only one that can match, in lower case, when the filter says so. */
export type ResourceFilter = { type: string | undefined; matches: (facts: Facts) => boolean } | { problem: string };

const TERM = /^(resourceType|name|location|resourceGroup) eq '([^']*)'$/i;

export function readResourceFilter(text: string | undefined): ResourceFilter {
  const terms = (text ?? '').split(/ and /i).map((each) => each.trim());
  const wanted: [keyof Facts, string][] = [];
  for (const term of terms.filter((each) => each !== '')) {
    const [, field, value] = TERM.exec(term) ?? [];
    if (field === undefined || value === undefined) {
      return {
        problem: `$filter: "${term}" is not emulated; resourceType, name, location and resourceGroup with eq '…' are`,
      };
    }
    wanted.push([field.toLowerCase() as keyof Facts, value.toLowerCase()]);
  }
  return {
    type: wanted.find(([field]) => field === 'resourcetype')?.[1],
    matches: (facts) => wanted.every(([field, value]) => facts[field]?.toLowerCase() === value),
  };
}
