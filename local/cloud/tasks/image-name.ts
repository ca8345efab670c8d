/** Image names as docker reads them: without a host they are of Docker Hub, without a tag they are `latest`. */
export interface ImageName {
  registry: string;
  repository: string;
  tag?: string;
  digest?: string;
}

/** How ACR Tasks calls Docker Hub in the dependencies of a task. */
const DOCKER_HUB = 'registry.hub.docker.com';

export function readImageName(image: string): ImageName {
  const [name = '', digest] = image.split('@');
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const hasHost = first.includes('.') || first.includes(':') || first === 'localhost';
  const registry = hasHost && first !== 'docker.io' ? first : DOCKER_HUB;
  const path = hasHost ? name.slice(slash + 1) : name;
  const colon = path.lastIndexOf(':');
  const bare = colon < 0 ? path : path.slice(0, colon);
  const repository = registry === DOCKER_HUB && !bare.includes('/') ? `library/${bare}` : bare;
  const tag = colon < 0 ? (digest === undefined ? 'latest' : undefined) : path.slice(colon + 1);
  return { registry, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** `image` → `image:latest`. */
export function withTag(image: string): string {
  const name = image.trim();
  return name.includes('@') || name.slice(name.lastIndexOf('/') + 1).includes(':') ? name : `${name}:latest`;
}
