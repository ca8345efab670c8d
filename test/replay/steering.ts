/** Steering a world through the API, as an operator does, and what there is to see of it afterwards. */
import { expect } from 'vitest';
import type { Digest } from '../../shared/domain/reference.ts';
import { readImage } from '../../shared/ledger/image-book.ts';
import { running } from '../fakes/groups.ts';
import { image, type Image } from '../fakes/images.ts';
import { call } from '../unit/functions/http/call.ts';
import { GROUP, layersOf, push } from './building-world.ts';
import { green, type GateWorld } from './gate-world.ts';

export const because = { reason: 'incident' };

export function steering(world: GateWorld) {
  const book = () => readImage(world.ports.ledger, 'hello');
  return {
    /** Asks through the API, and lets what it starts go as far as it can. */
    async ask(name: string, params: Record<string, string> = {}, body: object = because) {
      const answer = await call({ ...world.surroundings, stories: world.stories }, name, { params, body });
      expect(answer.status, `${answer.text} ${answer.logged.join()}`).toBe(202);
      await world.pass(20_000);
    },
    /** A push at the upstream, and everything that follows from it. */
    async pushed(base: Image): Promise<Digest> {
      const digest = world.push(base);
      await world.wake('runGate', 'node');
      await world.pass(20_000);
      return digest;
    },
    /** A version that the team pushes, on the base that is promoted. */
    async version(name: string): Promise<Digest> {
      const digest = push(world, image([...layersOf(green), name]), name);
      await world.wake('buildImage', 'hello');
      await world.pass(30_000);
      return digest;
    },
    builds: () => world.ports.runs.started.filter(({ task }) => task).length,
    app: async () => (await book()).apps.get('web')?.value,
    image: async () => (await book()).image?.value,
    rolloutReason: async () => (await book()).rollout?.value.resting?.reason,
    /** The digest that the container group runs. */
    page: async () => (await world.ports.groups.read(GROUP))?.containers[0]?.image.split('@')[1],
    nothingComesUpBut: (good: (string | undefined)[]) =>
      world.ports.groups.becomes((specification) => {
        const group = running(specification);
        const isGood = good.some((digest) => digest && group.containers[0]?.image.includes(digest));
        return isGood ? group : { ...group, provisioning: 'Failed', state: 'Failed', events: ['exit code 1'] };
      }),
  };
}
