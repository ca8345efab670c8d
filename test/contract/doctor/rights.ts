/** Rights that the templates give, one of each kind of identity and place: what is taken away, and who then lacks it, as the doctor calls them. */
import type { DoctorSystem } from './doctor-system.ts';
import { BUILD, deadLetters, putTopic, type Given } from './provision.ts';

export interface Right {
  given: Given;
  /** `the app lacks the role "AcrPush" on registry basereg` */
  lacks: string;
}

const ofApp = ({ people }: DoctorSystem, scope: string, [role, place]: [string, string]): Promise<Right> =>
  Promise.resolve({ given: { scope, role, to: people.app }, lacks: `the app lacks the role "${role}" on ${place}` });

export const rights: Record<string, (system: DoctorSystem) => Promise<Right>> = {
  'the app, a role of our own': (system) =>
    ofApp(system, system.ids.base, ['gated-import importer', 'registry basereg']),
  'the app, what it reads the policy with': (system) =>
    ofApp(system, system.ids.policy, ['Storage Blob Data Reader', 'the container of the policy']),
  'the app, blobs': (system) => ofApp(system, system.ids.storage, ['Storage Blob Data Owner', 'the storage account']),
  'the app, queues': (system) =>
    ofApp(system, system.ids.storage, ['Storage Queue Data Contributor', 'the storage account']),
  'the app, tables': (system) =>
    ofApp(system, system.ids.storage, ['Storage Table Data Contributor', 'the storage account']),
  'what container groups pull with': ({ ids, people }) =>
    Promise.resolve({
      given: { scope: ids.team, role: 'AcrPull', to: people.pull },
      lacks: 'the identity gated-import-pull lacks the role "AcrPull" on registry teamreg',
    }),
  'a build task': async ({ arm, ids }) => {
    const body = { location: 'westeurope', identity: { type: 'SystemAssigned' }, properties: BUILD };
    const put = (await arm('PUT', `${ids.team}/tasks/hello-build`, body)) as { identity: { principalId: string } };
    return {
      given: { scope: ids.base, role: 'AcrPull', to: { objectId: put.identity.principalId } },
      lacks: 'the task "hello-build" lacks the role "AcrPull" on registry basereg',
    };
  },
  'a system topic': async (system) => ({
    given: {
      scope: deadLetters(system.ids),
      role: 'Storage Blob Data Contributor',
      to: await putTopic(system, 'team'),
    },
    lacks:
      'the system topic team-pushes of registry teamreg lacks the role "Storage Blob Data Contributor" on the container dead-letters of storage account gated',
  }),
};
