/** Times as the registry writes them: seven digits after the second. */
export const azureTime = (epochMs: number): string => new Date(epochMs).toISOString().replace('Z', '0000Z');

/** The same in the management plane, which writes the offset, and no zeros at the end of a fraction. */
export const armTime = (epochMs: number): string => new Date(epochMs).toISOString().replace(/\.?0*Z$/, '+00:00');

/** Without a fraction. */
export const armSeconds = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 19)}+00:00`;
