/**
 * Gives every container group an address of its own in 127.0.0.0/8, so that port 80 is port 80. The address belongs to the group's name for good:
 * a group that is deleted and made again answers where it did before, and a bookmark stays right.
 */
import type { Store } from '../store.ts';

export class NoAddressLeft extends Error {
  readonly code = 'NoAddressLeft';

  constructor(prefix: string) {
    super(
      `all 254 addresses ${prefix}.1 to ${prefix}.254 are taken by container groups; forget old ones with: npm run reset`,
    );
  }
}

export function openAddresses(store: Store, prefix: string): { of(groupName: string): string } {
  const taken = store.collection<{ address: string }>('instances.addresses');
  return {
    of(groupName) {
      const known = taken.get(groupName);
      if (known?.address.startsWith(`${prefix}.`)) return known.address;
      const used = new Set(taken.entries().map(({ value }) => value.address));
      for (let last = 1; last <= 254; last++) {
        const address = `${prefix}.${last}`;
        if (used.has(address)) continue;
        taken.put(groupName, { address });
        return address;
      }
      throw new NoAddressLeft(prefix);
    },
  };
}
