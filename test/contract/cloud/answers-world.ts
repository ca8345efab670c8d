/** A cloud with one registry, whose answers are read as they come over the wire, and what every answer has in its form. */
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { startCloud } from '../../../local/cloud/cloud.ts';
import { trust } from '../azure/local-tls.ts';
import { app, emptyEngine, freePort, openTestWorld, vaultUrl } from './services.ts';

export type Json = Record<string, unknown>;
interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

export const JSON_TYPE = 'application/json; charset=utf-8';
/** Of the management plane of the registry: an offset, and no zero at the end of the fraction. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?\+00:00$/;
export const time = expect.stringMatching(TIME) as string;
export const created = { createdBy: app.clientId, createdByType: 'Application', createdAt: time };
export const modified = { lastModifiedBy: app.clientId, lastModifiedByType: 'Application', lastModifiedAt: time };

export interface AnswersWorld {
  vaultUrl: string;
  /** The path of the subscription. */
  root: string;
  /** The path of the registry. */
  registry: string;
  call(url: string, method: string, options: { audience: string; body?: object }): Promise<Answer>;
  /** Calls Resource Manager, at a path or at a whole URL that it answered. */
  arm(method: string, path: string, body?: object): Promise<Answer>;
  close(): Promise<void>;
}

export async function openAnswersWorld(): Promise<AnswersWorld> {
  const opened = await openTestWorld();
  const { directory, log, tls } = opened.world;
  const registries = [{ name: 'baseregistry', resourceGroup: 'contract-rg', port: await freePort() }];
  const config = { ...opened.world.config, registries };
  const cloud = await startCloud({ config, directory, engine: emptyEngine, log });
  trust(await readFile(tls.caFile, 'utf8'));

  const call: AnswersWorld['call'] = async (url, method, options) => {
    const token = cloud.identity.issue(app, options.audience);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = options.body && { body: JSON.stringify(options.body) };
    const response = await fetch(url, { method, headers, ...body });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? {} : (JSON.parse(text) as Json) };
  };
  const root = `/subscriptions/${config.subscription}`;
  return {
    vaultUrl: vaultUrl(config),
    root,
    registry: `${root}/resourceGroups/contract-rg/providers/Microsoft.ContainerRegistry/registries/baseregistry`,
    call,
    arm: (method, path, body) => {
      const url = path.startsWith('https:') ? path : `https://localhost:${config.ports.arm}${path}`;
      return call(url, method, { audience: 'https://management.azure.com', ...(body ? { body } : {}) });
    },
    close: async () => {
      await cloud.stop();
      await opened.close();
    },
  };
}
