/** Who made a resource and who changed it last, as Resource Manager tells of it in `systemData`. */
import type { Context } from 'hono';
import type { Env } from './http.ts';
import { armTime } from './time.ts';
import type { CloudConfig } from './world.ts';

/** The client id of the application that asked. */
export interface Author {
  name?: string;
  /** Epoch milliseconds. */
  at: number;
}

export interface SystemData {
  createdBy?: string;
  createdByType?: 'Application';
  createdAt?: string;
  lastModifiedBy?: string;
  lastModifiedByType?: 'Application';
  lastModifiedAt?: string;
}

export function authorOf(c: Context<Env>, config: CloudConfig, at: number): Author {
  const objectId = c.get('principal')?.objectId;
  const name = config.principals.find((principal) => principal.objectId === objectId)?.clientId;
  return name === undefined ? { at } : { name, at };
}

export const createdBy = ({ name, at }: Author): SystemData => ({
  ...(name === undefined ? {} : { createdBy: name, createdByType: 'Application' }),
  createdAt: armTime(at),
});

export const modifiedBy = ({ name, at }: Author): SystemData => ({
  ...(name === undefined ? {} : { lastModifiedBy: name, lastModifiedByType: 'Application' }),
  lastModifiedAt: armTime(at),
});
