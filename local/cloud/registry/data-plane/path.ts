/**
 * Repository names have slashes, which a route pattern cannot hold in one parameter, and clients send them plain (`library/node`) or encoded
 * (`library%2Fnode`). Paths are brought into one form before routing: every segment encoded, the name as one segment.
 */

const SHAPES = [
  /^\/(v2)\/(.+)\/(manifests|blobs|referrers)\/([^/]+)$/,
  /^\/(v2)\/(.+)\/(blobs)\/(uploads)\/([^/]*)$/,
  /^\/(v2)\/(.+)\/(tags)\/(list)$/,
  /^\/(acr)\/(v1)\/(.+)\/(_tags|_manifests)(?:\/([^/]+))?$/,
  /^\/(acr)\/(v1)\/(.+)$/,
];

/** For `getPath` of hono. */
export function registryPath(request: Request): string {
  const raw = new URL(request.url).pathname;
  const path = decoded(raw);
  const segments = SHAPES.map((shape) => shape.exec(path)).find((match) => match !== null);
  if (!segments) return raw;
  return segments
    .slice(1)
    .filter((segment) => segment !== undefined && segment !== '')
    .map((segment) => `/${encodeURIComponent(segment)}`)
    .join('');
}

/** As it is when its encoding is broken: then it matches no route. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return path;
    throw error;
  }
}
