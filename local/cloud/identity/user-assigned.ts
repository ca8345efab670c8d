/** The principal behind a user-assigned identity, by the resource id of it: the cloud knows its principals by their names. */
import type { CloudConfig, ConfiguredPrincipal } from '../world.ts';

/** `undefined`: no identity that this cloud was configured with. */
export function principalOf(
  resourceId: string,
  { principals }: Pick<CloudConfig, 'principals'>,
): ConfiguredPrincipal | undefined {
  const name = resourceId.split('/').at(-1)?.toLowerCase();
  return principals.find((known) => known.name.toLowerCase() === name);
}
