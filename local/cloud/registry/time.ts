/** Times as the registry writes them: seven digits after the second. */
export const azureTime = (epochMs: number): string => new Date(epochMs).toISOString().replace('Z', '0000Z');

/** The same in the management plane, which writes the offset. */
export const armTime = (epochMs: number): string => azureTime(epochMs).replace('Z', '+00:00');
